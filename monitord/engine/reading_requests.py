"""Asks the cuff of one bed for its readings: as scheduled, and to confirm or to doubt one. Pure.

`cuff.py` says whether it may be asked at an instant; here stands when that is tried.
"""

from collections.abc import Callable, Iterable, Mapping

from monitord.engine.alarms.alarms import Alarms
from monitord.engine.bed.patient import Patient
from monitord.engine.rules import Rule
from monitord.engine.rules.finding import Repeat
from monitord.engine.session import cuff
from monitord.engine.timers import Timers
from monitord.model import NIBP, Effect, Instant, Reason, RequestReading, Signal


class Measuring:
    """Mutable, owned by one engine; `requested` holds the starts of the last hour, oldest first."""

    def __init__(
        self,
        patient: Patient,
        alarms: Alarms,
        timers: Timers,
        tell: Callable[[Effect], None],
        requested: tuple[Instant, ...] = (),
    ) -> None:
        self._patient = patient
        self._alarms = alarms
        self._timers = timers
        self._tell = tell
        self.requested = requested

    def plan(self, items: Iterable[str], at: Instant) -> None:
        """When the cuff is to be asked; never on a bed where that is switched off."""
        patient = self._patient
        for item in sorted(items):
            entry = patient.schedule.get(item)
            wanted = entry is not None and NIBP.intersection(entry.signals)
            due = entry.due if entry and wanted and patient.settings.cuff.automatic else None
            self._timers.set(f"request:{item}", due if due is None else max(due, at))

    def ask(self, item: str, reason: Reason, at: Instant) -> None:
        """A cuff reading is due: ask for it when the bed allows, and try again later."""
        patient = self._patient
        bounds, bed = patient.settings.cuff, patient.settings.bed
        blocked = cuff.spo2_alarm_active(self._alarms.tracks)
        if cuff.refusal(bounds, patient.session, self.requested, blocked, at) is not None:
            # One asked for meanwhile is the repeat.
            under_way = bool(self.requested) and at - self.requested[-1] < self._rest
            if reason is Reason.CONFIRMING and not under_way:
                patient.memory.recent.refuse(NIBP)
        else:
            self.requested = (*(t for t in self.requested if t > at - cuff.KEPT), at)
            if self._alarms.telling:
                self._tell(RequestReading(bed=bed or "", signal=Signal.NIBP_SYS, reason=reason))
                patient.cuff_inflates(at)
        self._timers.set(f"request:{item}", Instant(at + self._rest))

    def confirm(self, rules: Mapping[str, Rule], at: Instant) -> None:
        """Pressures that a second reading must confirm, or that hardly go together, are taken
        again as soon as the cuff may.
        """
        wanted = self._patient.settings.cuff.automatic and (
            self._patient.memory.plausible.wants_repeat
            or any(
                rule.limit_of in NIBP
                and (rule.wants_repeat(self._patient, at) or self._unconfirmed(key))
                for key, rule in rules.items()
            )
        )
        last = self.requested[-1] if self.requested else at
        again = Instant(max(at + cuff.DEFLATED, last + self._rest)) if wanted else None
        for item, entry in self._patient.schedule.items():
            if not NIBP.isdisjoint(entry.signals):
                self._timers.set(f"confirm:{item}", again)

    def _unconfirmed(self, key: str) -> bool:
        """Whether a level of the rule waits for its second reading."""
        track = self._alarms.tracks.get(key)
        return track is not None and any(each.repeat is Repeat.ASKED for each in track.levels)

    @property
    def _rest(self) -> int:
        return max(cuff.HARD_MINIMUM, self._patient.settings.cuff.minimum_interval)
