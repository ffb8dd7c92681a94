"""Shadow mode: what candidate protocols would have told at live beds, beside what was told.

A second engine a bed is fed with the very events of the journal, read beside the daemon by another
process: nothing of it runs where alarms are made, and nobody hears of its effects. What staff were
refused is left out, because it did not happen; the candidate's gate and discharge list hold nothing back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import SETTINGS, Protocol, canonical
from monitord.engine.staff.move import moved
from monitord.model import (
    Admit,
    AlarmLine,
    Answered,
    Arrived,
    Configured,
    Effect,
    Event,
    Instant,
    StaffAction,
)
from monitord.replay.compare.diff import Difference, compare
from monitord.replay.run.alarm_steps import Edge, edge_of
from monitord.replay.run.episodes import episodes
from monitord.store.journal.journal import Journal


@dataclass(slots=True, kw_only=True)
class Shadow:
    """`candidates` by the name of the protocol that each would replace; `take` goes on where it was."""

    candidates: Mapping[str, Protocol]
    sessions: dict[str, str] = field(default_factory=dict)
    """The sessions seen that ran one of these protocols, and which."""
    broken: set[str] = field(default_factory=set)
    """Beds on which a candidate's engine failed: nothing is said of them from there on."""
    _engines: dict[str, Engine] = field(default_factory=dict)
    _told: dict[str, list[Edge]] = field(default_factory=dict)
    _would: dict[str, list[Edge]] = field(default_factory=dict)
    _reached: dict[str, Instant] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _seq: int = 0
    _effect: int = 0

    def take(self, journal: Journal) -> None:
        """Everything that the journal has more than at the last call; it may be open beside the daemon."""
        last = journal.last_seq
        for stored in journal.effects(after=self._effect):
            if stored.after_seq > last:
                break
            self._effect = stored.id
            if stored.bed is not None:
                self._recorded(stored.bed, stored.effect, stored.at)
        for seq, event in journal.events(after=self._seq, until=last):
            self._seq = seq
            if event.bed is not None:
                self._step(event.bed, event)
        for bed, reached in self._reached.items():
            # Not beyond what the bed's own engine had decided: an event of before may still come.
            if bed not in self.broken and bed in self._engines:
                self._keep(bed, self._engines[bed].advance(Instant(reached + 1)))

    def differences(self) -> list[Difference]:
        """From what was told to what would have been, the worst first; of open alarms so far."""
        return compare(
            {name: episodes(self._told.get(name, [])) for name in self.sessions},
            {name: episodes(self._would.get(name, [])) for name in self.sessions},
        )

    def _recorded(self, bed: str, effect: Effect, at: Instant) -> None:
        self._reached[bed] = max(at, self._reached.get(bed, at))
        if isinstance(effect, Answered) and effect.refused is not None:
            self._refused.add(effect.action)
        if isinstance(effect, AlarmLine) and effect.session is not None:
            self._told.setdefault(effect.session, []).append(edge_of(effect))

    def _step(self, bed: str, event: Event) -> None:
        self._reached[bed] = max(event.at, self._reached.get(bed, event.at))
        body = event.body
        if isinstance(body, StaffAction) and body.id in self._refused:
            self._refused.discard(body.id)
            return
        if isinstance(body, Admit) and body.protocol in self.candidates:
            self.sessions[body.session] = body.protocol
        if isinstance(body, Configured):
            event = replace(event, body=self._with_candidates(body))
        if bed in self.broken:
            return
        engine = self._engines.setdefault(bed, Engine(bed))
        try:
            if isinstance(body, Arrived):
                event = replace(event, body=self._moved(body, bed, event.at))
            self._keep(bed, engine.step(event))
        except Exception:  # noqa: BLE001 - a candidate may be faulty; that is what a shadow is for
            self.broken.add(bed)

    def _moved(self, arrived: Arrived, bed: str, at: Instant) -> Arrived:
        """The patient as the candidate knows them, not as the live bed does."""
        for each in (arrived.of, bed):
            self._keep(each, self._engines[each].advance(at))
        found = moved(self._engines[arrived.of].state, self._engines[bed].state, arrived.move)
        if not isinstance(found, Arrived):
            raise TypeError(found.key)
        return found

    def _keep(self, bed: str, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, AlarmLine) and effect.session is not None and effect.bed == bed:
                self._would.setdefault(effect.session, []).append(edge_of(effect))

    def _with_candidates(self, body: Configured) -> Configured:
        settings = SETTINGS.validate_json(body.document)
        protocols = {
            name: replace(self.candidates.get(name, protocol), name=name, gate=(), discharge=())
            for name, protocol in settings.protocols.items()
        }
        return replace(body, document=canonical(replace(settings, protocols=protocols)))
