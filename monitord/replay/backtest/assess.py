"""One file of recordings under one protocol: what a back-test keeps of each session, as plain values.

Runs in worker processes: what goes in and comes out can be pickled and written as JSON.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from monitord.engine.protocol.protocol import PROTOCOL, Protocol
from monitord.model import HOUR, MINUTE, SECOND, Instant, Kind, Observe, Span
from monitord.replay.compare.diff_run import session_name
from monitord.replay.recordings.events_csv import Truth
from monitord.replay.recordings.folder import open_each, several
from monitord.replay.run.episodes import Episode, episodes, near_misses, untold
from monitord.replay.run.recording_session import RecordingSession, open_session
from monitord.replay.vector.vector_run import SessionAlarms, alarms_of

TRUTHS: Final = {
    "desaturation": ("spo2_low", "spo2_burden"),
    "breathing_depression": ("resp_rate_low", "spo2_low", "spo2_burden"),
    "hypertension": ("nibp_sys_high", "nibp_dia_high"),
    "vasovagal": ("nibp_sys_low", "nibp_map_low", "pulse_rate_low"),
    "anxiety": ("pulse_rate_high",),
    "haemorrhage": ("nibp_sys_low", "nibp_map_low", "pulse_rate_high"),
}
"""Which rules may tell of what a twin's or an expert's truth names; a rule's own name is one too."""

GRACE: Final[Span] = 2 * MINUTE
"""After its end a truth is still told in time: a cuff reads every few minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file under one protocol; `called` is its name among the others, `protocol` canonical JSON."""

    path: str
    called: str
    protocol: str
    phase: str | None = None
    interval: Span | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One true event, and how long after its beginning the first alarm told of it, s; None where none did."""

    truth: str
    at: Instant
    delay_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One episode: `lasted_s` to the session's end where it had none. A technical one goes by its cause
    alone, whatever device it is of.
    """

    alarm: str
    kind: str
    at: Instant
    peak: str
    lasted_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One session: what a back-test counts. `alarms` are those that staff would have been told of,
    `untold` those that another alarm silenced. `known` is each signal's share of time with a reading that
    spoke, `stepped` the rules that were evaluated step by step, `remarks` what must be known of how the file was read.
    """

    session: str
    patient: str
    begin: Instant
    hours: float
    simulated: bool
    alarms: tuple[Alarm, ...]
    untold: dict[str, int]
    near_misses: dict[str, int]
    detections: tuple[Detection, ...]
    known: dict[str, float]
    stepped: tuple[str, ...]
    not_assessed: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """The rules of whose signals the session has no reading at all."""


ASSESSED: Final = TypeAdapter(tuple[Assessed, ...])


def assess(given: Job) -> tuple[Assessed, ...]:
    """Every session in the file; RecordingError where it cannot be read."""
    protocol = _protocol(given.protocol)
    path = Path(given.path)
    found: list[Assessed] = []
    for some in several(open_each(path, given.columns)):
        sessions = [
            open_session(
                recording, protocol, phase=given.phase, marks=marks, interval=given.interval
            )
            for recording, marks in some
        ]
        names = [session_name(path, given.called, recording) for recording, _ in some]
        truths = [marks.truths if marks else () for _, marks in some]
        found += assess_sessions(names, sessions, truths)
    return tuple(found)


@lru_cache(maxsize=4)
def _protocol(document: str) -> Protocol:
    """Most jobs of a worker are under one protocol."""
    return PROTOCOL.validate_json(document)


def assess_sessions(
    names: Sequence[str], sessions: Sequence[RecordingSession], truths: Sequence[tuple[Truth, ...]]
) -> list[Assessed]:
    """What a back-test keeps of each session, and how its true events were told of."""
    together = zip(names, sessions, alarms_of(sessions), truths, strict=True)
    return [_assessed(*each) for each in together]


def _assessed(
    name: str, session: RecordingSession, found: SessionAlarms, truths: tuple[Truth, ...]
) -> Assessed:
    told = episodes(found.edges)
    kinds = {rule: each.alarm_kind for rule, each in session.running.rules.items()}
    return Assessed(
        session=name,
        patient=session.recording.patient,
        begin=session.start,
        hours=(session.end - session.start) / HOUR,
        simulated=session.recording.simulated,
        alarms=tuple(
            Alarm(
                alarm=_plain(each.alarm),
                kind=kinds.get(each.alarm, Kind.TECHNICAL).value,
                at=each.start,
                peak=each.peak.word,
                lasted_s=each.lasted(session.end) / SECOND,
            )
            for each in told
        ),
        untold=_by_name(untold(found.edges)),
        near_misses=dict(Counter(edge.alarm for edge in near_misses(found.edges))),
        detections=tuple(_detection(truth, told, kinds) for truth in truths),
        known={str(signal): share for signal, share in known_shares(session).items()},
        stepped=found.stepped,
        not_assessed=session.not_assessed,
        remarks=tuple(session.recording.report.remarks()),
        unread=tuple(rules_without_reading(session)),
    )


def rules_without_reading(session: RecordingSession) -> Iterator[str]:
    """The protocol's rules that nothing in the session could have made speak: neither alarm nor silence of them counts."""
    read = {
        s for _, action in session.actions if isinstance(action, Observe) for s in action.values
    }
    for signal in session.recording.table.signals:
        times, values = session.recording.series(signal)
        inside = (times >= session.start) & (times <= session.end)
        if not np.isnan(values[inside]).all():
            read.add(signal)
    for name, rule in session.protocol.rules.items():
        if rule.inputs and not rule.inputs & read:
            yield name


def _plain(alarm: str) -> str:
    return alarm.partition(":")[0]


def _by_name(counts: Mapping[str, int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for alarm, count in counts.items():
        found[_plain(alarm)] += count
    return dict(found)


def _detection(truth: Truth, told: list[Episode], kinds: dict[str, Kind]) -> Detection:
    physiological = tuple(rule for rule, kind in kinds.items() if kind is Kind.PHYSIOLOGICAL)
    own = (truth.name,) if truth.name in kinds else physiological
    rules = TRUTHS.get(truth.name, own)
    last = (truth.at if truth.until is None else truth.until) + GRACE
    starts = [
        max(each.start, truth.at)
        for each in told
        if each.alarm in rules and each.start <= last and (each.end is None or each.end > truth.at)
    ]
    delay = (min(starts) - truth.at) / SECOND if starts else None
    return Detection(truth=truth.name, at=truth.at, delay_s=delay)


def known_shares(session: RecordingSession) -> dict[str, float]:
    """Share of the session in which each signal had a reading that spoke for the patient."""
    whole = session.end - session.start
    shares = {}
    for signal, fresh in session.fresh.items():
        times, values = session.recording.series(signal)
        inside = (times >= session.start) & (times <= session.end)
        times, values = times[inside], values[inside]
        if whole and len(times):
            until = np.append(times[1:], session.end)
            spoke = np.minimum(until - times, fresh)[~np.isnan(values)]
            shares[str(signal)] = round(float(spoke.sum() / whole), 6)
    return shares


def as_json(found: tuple[Assessed, ...]) -> list[dict[str, object]]:
    """For a result file."""
    return [asdict(each) for each in found]
