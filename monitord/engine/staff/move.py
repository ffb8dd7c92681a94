"""A patient goes to another bed with all that is known of them, alarms among it. Pure.

What is the patient's goes along: session, baseline, readings, schedule, what the rules have seen,
and every alarm with who answered it. What is the bed's stays: devices, their faults and alarms,
cuff, and who is told of its alarms.
"""

from collections.abc import Iterable

from monitord.engine.alarm_state import LevelState, RuleState
from monitord.engine.alarms.alarm_pause import ALARM_PAUSED
from monitord.engine.alarms.delay_and_clearing import pending_again
from monitord.engine.alarms.fault_keys import of_equipment
from monitord.engine.session import session as visit
from monitord.engine.state import STATE, State
from monitord.model import Arrived, Instant, Move, Sentence, say
from monitord.model.frozen import replace


def moved(here: State | None, there: State | None, move: Move) -> Arrived | Sentence:
    """What the other bed is told, as of the later of both states; or why nobody can move there."""
    if here is None or here.settings is None or here.session is None:
        return say("no.session")
    if there is None or there.settings is None or there.settings.bed is None:
        return say("no.bed_not_monitored", bed=move.to)
    if there.settings.bed == here.settings.bed:
        return say("no.already_there")
    if there.session is not None:
        return say("no.still_open_there")
    at = max(here.now, there.now)
    if (why := visit.refusal(here.session, move, at)) is not None:
        return why
    ours = here.session_settings or here.settings
    state = replace(
        there,
        now=at,
        # The protocol is the session's own (invariant 5); who is told is near the new bed.
        session_settings=replace(there.settings, protocols=ours.protocols),
        session=visit.take(here.session, move, at),
        readings=here.readings,
        tracks=(*_patients(here.tracks), *_beds(here.tracks, there.tracks)),
        timers=tuple(sorted(_timers(here, there))),
        due=here.due,
        requested=tuple(sorted({*here.requested, *there.requested})),
        help_since=here.help_since,
        coverage=here.coverage,
        recent=here.recent,
        burdens=here.burdens,
        trails=here.trails,
        belief=here.belief,
        hold=here.hold,
    )
    return Arrived(
        move=move,
        at=at,
        of=here.settings.bed or "",
        session=here.session.id,
        state=STATE.dump_json(state).decode(),
    )


def _patients(tracks: Iterable[RuleState]) -> Iterable[RuleState]:
    return (track for track in tracks if not of_equipment(track.key))


def _beds(left: Iterable[RuleState], found: Iterable[RuleState]) -> Iterable[RuleState]:
    """What the bed knew of its devices begins anew in the session, as at an admission.

    How many alarms of a name the session had stays, so that no id is given twice.
    """
    before = {track.key: track for track in left if of_equipment(track.key)}
    here = {track.key: track for track in found if of_equipment(track.key)}
    for key in sorted(before.keys() | here.keys()):
        counted = before.get(key) or RuleState(key=key)
        if (known := here.get(key)) is not None:
            levels = tuple(map(pending_again, known.levels))
        else:
            levels = tuple(LevelState() for _ in counted.levels)
        yield replace(counted, levels=levels, alarm=None)


def _timers(here: State, there: State) -> Iterable[tuple[str, Instant]]:
    for name, at in here.timers:
        _, _, key = name.partition(":")
        if name != ALARM_PAUSED and not of_equipment(key):
            yield name, at
    yield from ((name, at) for name, at in there.timers if name == ALARM_PAUSED)
