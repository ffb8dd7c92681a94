"""A ward on paper that is as full as it gets: every chair occupied, each with as many alarms as wanted."""

import dataclasses

from monitord.engine.alarm_state import RuleState
from monitord.engine.state import State
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmLine,
    AlarmPhase,
    Instant,
    Kind,
    Priority,
    Signal,
)
from tests.builders_station import (
    CUFF,
    NOW,
    PaperHost,
    due,
    line,
    reading,
    session,
    state,
    track,
    vitals,
)

_HIGH = ("spo2_low", Signal.SPO2, 83.0, Priority.HIGH, "SpO2 83 now, below 85 for 12 s; lowest 81")
_ALARMS = (
    ("nibp_sys_high", Signal.NIBP_SYS, 186.0, Priority.MEDIUM, "Systolic BP 186, one reading: measure again"),
    ("pulse_rate_high", Signal.PULSE_RATE, 124.0, Priority.MEDIUM, "Pulse 124 now, above 120 for 40 s"),
    ("resp_rate_low", Signal.RESP_RATE, 8.0, Priority.LOW, "Breathing rate 8 (4 min ago), at or below 8"),
)  # fmt: skip


def _patients(bed: str, n: int) -> list[AlarmLine]:
    chosen = (_HIGH, *_ALARMS) if int(bed) % 3 == 0 else (*_ALARMS, _HIGH)
    return [
        dataclasses.replace(
            line(bed, key, n=k + 1, priority=priority, text=text, at=Instant(NOW - k * SECOND)),
            signal=signal,
            value=value,
        )
        for k, (key, signal, value, priority, text) in enumerate(chosen[:n])
    ]


def alarming(bed: str, alarms: int = 4) -> tuple[RuleState, ...]:
    """Alarms of the patient, of which no text is short."""
    return tuple(track(each, id=f"{bed}/{each.alarm}") for each in _patients(bed, alarms))


def mixed(bed: str) -> tuple[RuleState, ...]:
    """Of each class one, and an answered one."""
    first, second, *_ = _patients(bed, 4)
    off = line(
        bed,
        "spo2_absent",
        kind=Kind.TECHNICAL,
        priority=Priority.HIGH,
        text="No SpO2 reading for 2 min: probe off",
    )
    late = line(
        bed,
        "nibp_overdue",
        kind=Kind.TASK,
        priority=Priority.MEDIUM,
        text="Blood pressure: check due 4 min ago",
    )
    seen = track(second, phase=AlarmPhase.ANSWERED, answered_by="AB", id=f"{bed}/seen")
    return (track(first, id=f"{bed}/1"), seen, track(off, id=f"{bed}/2"), track(late, id=f"{bed}/3"))  # fmt: skip


def chair(bed: str, tracks: tuple[RuleState, ...] = (), *, simulated: bool = True) -> State:
    """An occupied chair with wide numbers, scores, and something due."""
    seen = (
        reading(Signal.RESP_RATE, 14, fresh=10 * MINUTE, simulated=simulated),
        reading(Signal.NIBP_MAP, 130, fresh=6 * MINUTE, simulated=simulated),
        reading(Signal.MOAAS, 4, fresh=20 * MINUTE, simulated=simulated),
        reading(Signal.NAUSEA, 2, fresh=20 * MINUTE, simulated=simulated),
    )
    wide: dict[float | None, float] = {97: 100, 72: 118, 128: 182, 81: 104}
    readings = tuple(
        dataclasses.replace(each, value=wide.get(each.value, each.value))
        for each in vitals(simulated=simulated)
    )
    items = (
        due("nibp", Instant(NOW + 130 * SECOND), *CUFF),
        due("scales", Instant(NOW - 70 * SECOND), Signal.MOAAS, Signal.NAUSEA),
    )
    return state(
        bed,
        visit=session(),
        readings=(*readings, *seen),
        tracks=tracks,
        due=items,
        simulated=simulated,
    )


def full_ward(beds: int, alarms: int = 4, *, simulated: bool = True) -> PaperHost:
    """So many chairs with so many alarms of their patients each."""
    names = [str(n + 1) for n in range(beds)]
    return PaperHost(
        **{bed: chair(bed, alarming(bed, alarms), simulated=simulated) for bed in names}
    )
