"""What may be said of an alarm outside the bed's own detail. Pure.

An alarm that comes of a form is confidential: the wall, every destination and every log say that a clinician is
needed, at which chair and how urgently, and nothing of form, item or score. The journal and the session's report
keep the whole line.
"""

from typing import Final

from monitord.model.effects import AlarmEvent, AlarmLine
from monitord.model.frozen import replace
from monitord.model.sentences.sentence import Said, in_words, say

CLINICIAN: Final = "clinician_needed"
"""What stands instead of the name of a rule, a prompt or an item of the schedule."""

NEEDED: Final = say("assess")
"""What stands instead of every sentence about a form."""

_OVER: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.END})
_TELLS_NOTHING: Final = frozenset({"unanswered", "times.came", "times.lost", "moved"})
"""Sentences that add when, how often and where, and nothing of what was found."""


def public_line(line: AlarmLine) -> AlarmLine:
    """The line as everybody may read it: itself, unless it is confidential."""
    if not line.confidential:
        return line
    said = public_says(line)
    # The name of a protocol may be that of a form; its digest says which one was in force.
    _, mark, digest = (line.protocol or "").partition("#")
    return replace(
        line,
        alarm=CLINICIAN,
        signal=None,
        value=None,
        unit=None,
        limit=None,
        worst=None,
        worst_at=None,
        value_at=None,
        relation=None,
        compares=None,
        protocol=f"{mark}{digest}" or None,
        phase=None,
        text=in_words(said),
        says=said,
    )


def public_says(line: AlarmLine) -> Said:
    """`Clinician needed`, with what the line says besides of time and place."""
    if line.event is AlarmEvent.NEAR_MISS:
        return (say("assess.missed"),)
    needed = (NEEDED, say("ended")) if line.event in _OVER else (say("assess.now"),)
    return (*needed, *(each for each in line.says if each.key in _TELLS_NOTHING))
