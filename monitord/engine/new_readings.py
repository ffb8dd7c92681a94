"""What new readings bring: levels, faults that begin or end with them, due times. Pure.

They are looked at together once everything of their instant has come, the acts of staff too.
"""

from monitord.engine.alarms.alarms import Alarms
from monitord.engine.bed import readings_to_repeat
from monitord.engine.bed.patient import Patient
from monitord.engine.reading_requests import Measuring
from monitord.engine.readings.reading import MANUAL, good_now
from monitord.engine.rule_evaluator import RuleEvaluator
from monitord.engine.session import increased_monitoring
from monitord.engine.timers import Timers
from monitord.model import NIBP, Instant, Signal
from monitord.model.frozen import replace


class NewReadings:
    """Of one engine. Between the two steps only the timers know which signals are new."""

    def __init__(
        self,
        patient: Patient,
        alarms: Alarms,
        evaluator: RuleEvaluator,
        measuring: Measuring,
        timers: Timers,
    ) -> None:
        self._patient = patient
        self._alarms = alarms
        self._evaluator = evaluator
        self._measuring = measuring
        self._timers = timers

    def look_later(self, signals: set[Signal], at: Instant) -> None:
        """What these readings of now bring is due at once, behind all that comes at this instant."""
        patient, must_look = self._patient, self._evaluator.must_look
        for fault in readings_to_repeat.answered(patient, signals) if patient.faults.any else ():
            self._evaluator.take_fault(fault, at)
        for signal in signals:
            if must_look(signal) or signal in patient.scheduled or signal in NIBP:
                self._timers.set(f"read:{signal}", at)

    def look(self, signals: set[Signal], at: Instant) -> None:
        """The rules look at these readings and at those that are due with them."""
        patient = self._patient
        signals |= {Signal(each) for each in self._timers.pop_others("read", at)}
        self._evaluator.look_at_signals(signals, at)
        if Signal.NIBP_SYS in signals:
            self._look_at_cuff(at)
        session = patient.session
        if session and session.closer and good_now(patient.readings, Signal.NIBP_SYS, signals):
            tracks = self._alarms.tracks.values()
            left = increased_monitoring.counted(session.closer, patient.schedule, tracks)
            patient.session = replace(session, closer=left)
        if not patient.scheduled.isdisjoint(signals):
            self.reschedule(at)
            if not NIBP.isdisjoint(signals):
                self._measuring.confirm(self._evaluator.rules, at)

    def _look_at_cuff(self, at: Instant) -> None:
        """Whether it fails again and again, and whether what it measured hardly goes together."""
        for failing in self._patient.cuff_faults():
            self._evaluator.take_fault(failing, at)
        reading = self._patient.readings.get(Signal.NIBP_SYS)
        if reading is not None and reading.at == at and reading.source != MANUAL:
            fault, until = self._evaluator.doubted(reading)
            self._evaluator.take_fault(fault, at, simulated=reading.simulated, until=until)

    def reschedule(self, at: Instant) -> None:
        """Due times after a reading, or in another phase."""
        moved = self._patient.reschedule(at)
        self._measuring.plan(moved, at)
        self._evaluator.look_at_items(moved, at)
