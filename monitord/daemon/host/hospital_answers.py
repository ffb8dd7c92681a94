"""Answers from the hospital, as staff actions of this suite: its engine decides, and the record says who.

Somebody far away answers what they saw: an alarm that has become worse since is refused by the engine itself.
"""

from dataclasses import replace

import structlog

from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.host.actions_once import ActionResults
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.hospital.suite_side import HOSPITAL, HospitalAnswer
from monitord.model import Accept, Acknowledge, Reject, in_words, say
from monitord.model.outside_text import one_line

_log = structlog.get_logger()

_ACTIONS = {"accept": Accept, "acknowledge": Acknowledge, "reject": Reject}
_BY_AT_MOST, _REASON_AT_MOST = 80, 500


class HospitalAnswers:
    """Takes them for the uplink."""

    def __init__(self, current: CurrentSuite, sequencer: Sequencer, results: ActionResults) -> None:
        self._current = current
        self._sequencer = sequencer
        self._results = results

    async def take(self, given: HospitalAnswer) -> str | None:
        """Why it does not count; None when it does. The same key gives the same, also after a restart."""
        suite = self._current.suite
        answer = replace(
            given,
            by=one_line(given.by, _BY_AT_MOST).strip() or HOSPITAL,
            reason=one_line(given.reason, _REASON_AT_MOST).strip(),
        )
        refused = await self._act(answer, suite.language)
        _log.info(
            "hospital_answer",
            alarm=answer.alarm,
            word=answer.word,
            by=answer.by,
            seen_at_seq=answer.seq,
            refused=refused,
        )
        return refused

    async def _act(self, answer: HospitalAnswer, language: str) -> str | None:
        link = self._current.suite.hospital
        if link is None or answer.word not in link.answers:
            said = say("no.destination", destination=HOSPITAL, word=answer.word)
            return in_words(said, language)
        action = _ACTIONS[answer.word](
            id=answer.key, by=answer.by, alarm=answer.alarm, reason=answer.reason, news=answer.news
        )
        known = self._results.again(HOSPITAL, action, language)
        if known is not None:
            return known.refused
        beds = [
            bed
            for bed, engine in self._sequencer.engines.items()
            for track in engine.state.tracks
            if track.standing is not None and track.standing.id == answer.alarm
        ]
        if not beds:
            return in_words(say("no.alarm_over"), language)
        answered = await self._results.once(
            HOSPITAL,
            beds[0],
            action,
            lambda: self._sequencer.act(beds[0], action, source=HOSPITAL),
            language,
        )
        return answered.refused
