"""The lines of an alarm's life: what each says. Pure."""

from dataclasses import dataclass

from monitord.engine.levels import Worst
from monitord.engine.patient import Patient
from monitord.engine.protocol import digest
from monitord.engine.rules import Rule
from monitord.engine.state import AlarmState, TrackState
from monitord.engine.text import sentence
from monitord.model import SIGNALS, AlarmEvent, AlarmLine, Instant, Reason, Signal


@dataclass(frozen=True, slots=True)
class Facts:
    """What a line says besides the alarm's identity."""

    value: float | None
    limit: float | None
    text: str
    simulated: bool
    by: str | None = None

    @classmethod
    def of(cls, line: AlarmLine, by: str | None) -> "Facts":
        """The same facts again, with who answered."""
        return cls(line.value, line.limit, line.text, line.simulated, by)


def ended(track: TrackState, alarm: AlarmState) -> Facts:
    value = next((s.value for s in track.levels if s.value is not None), alarm.line.value)
    text = f"{alarm.line.text}: over"
    return Facts(value, alarm.line.limit, text, any(s.simulated for s in track.levels))


def facts_of(rule: Rule, worst: Worst, patient: Patient, at: Instant) -> Facts:
    """What the worst level that holds has to say."""
    found = worst.found
    text = sentence(rule, worst.level, found, patient, at)
    # Of time that passed no reading says whether it is real.
    return Facts(found.value, found.limit, text, found.simulated or patient.only_simulated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What all lines of one bed and session share; `owner` begins their ids."""

    suite: str
    bed: str | None
    session: str | None
    owner: str
    protocol: str

    def line(
        self,
        rule: Rule,
        worst: Worst,
        patient: Patient,
        *,
        alarm_id: str,
        key: str,
        at: Instant,
        event: AlarmEvent,
        reason: Reason,
        inhibited_by: str | None = None,
    ) -> AlarmLine:
        """The first line of an alarm, or of a near miss."""
        signal: Signal | None = getattr(rule, "signal", None)
        facts = facts_of(rule, worst, patient, at)
        return AlarmLine(
            id=alarm_id,
            at=at,
            suite=self.suite,
            bed=self.bed,
            session=self.session,
            alarm=key,
            signal=signal,
            event=event,
            priority=worst.priority,
            kind=rule.alarm_kind,
            value=facts.value,
            unit=SIGNALS[signal].unit if signal else None,
            limit=facts.limit,
            since=worst.found.since,
            phase=patient.phase,
            protocol=self.protocol,
            reason=reason,
            text=facts.text,
            simulated=facts.simulated,
            inhibited_by=inhibited_by,
        )


def letterhead(bed: str | None, patient: Patient) -> Letterhead:
    """As it stands; made anew when a session begins or ends."""
    session, protocol = patient.session, patient.protocol
    watch = f"watch-{bed or 'suite'}-{patient.watch_since}"
    return Letterhead(
        suite=patient.settings.suite,
        bed=bed,
        session=session.id if session else None,
        owner=session.id if session else watch,
        protocol=f"{protocol.name}@{protocol.version}#{digest(protocol)}",
    )
