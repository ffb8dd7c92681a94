"""The bedside engine in a program of somebody's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitord.api.data_table import aware, instant, row
from monitord.api.written_protocol import Protocol, protocol_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitord.engine import engine as bedside
    from monitord.engine.protocol.protocol import Settings
    from monitord.model import Body


class Engine:
    """The engine of one bed in a program of your own: it reads no clock, does no I/O, and tells nobody.

    Feed it what happens in the order of time, and call `advance` with the time by `deadline`, whatever happens. Each
    call gives the rows of what was decided, with `type` (`alarm`, `answered`, `request_reading` ...); to tell people of
    alarms is yours. `sources` are the devices, each with the signals that it supplies. Until `act(at, "admit", ...)`
    the bed is watched without a session.
    """

    def __init__(
        self,
        bed: str,
        protocol: Protocol | str | Path,
        *,
        at: datetime,
        sources: Mapping[str, Sequence[str]],
        simulated: bool = False,
    ) -> None:
        from monitord.config import read_protocol
        from monitord.engine.engine import Engine as BedEngine
        from monitord.engine.protocol.protocol import Settings as BedSettings
        from monitord.engine.protocol.protocol import Source, canonical, digest
        from monitord.model import Configured, Priority, Signal
        from monitord.replay.run.recording_session import TO_NOBODY

        own = protocol_of(protocol).value
        settings = BedSettings(
            suite="api",
            bed=bed,
            sources={
                name: Source(signals=tuple(map(Signal, signals)), simulated=simulated, order=order)
                for order, (name, signals) in enumerate(sources.items())
            },
            watch=read_protocol("bed_without_session"),
            protocols={own.name: own},
            routes=dict.fromkeys(Priority, TO_NOBODY),
        )
        self._go_on(BedEngine(bed), settings)
        self._take(at, Configured(digest=digest(own), document=canonical(settings)))

    @property
    def state(self) -> str:
        """All that the engine knows, as JSON: keep it, and give it to `restored` after a restart."""
        from monitord.engine.state import STATE

        return STATE.dump_json(self._engine.state).decode()

    @classmethod
    def restored(cls, state: str, at: datetime) -> tuple[Engine, list[dict[str, Any]]]:
        """The engine that goes on from a `state`, and what fell due until `at` while nothing ran, told as late."""
        from monitord import __version__
        from monitord.engine.engine import Engine as BedEngine
        from monitord.engine.state import STATE
        from monitord.model import Started

        known = STATE.validate_json(state)
        if known.settings is None or known.settings.bed is None:
            raise ValueError("this is not the state of a bed")
        made = cls.__new__(cls)
        made._go_on(BedEngine(known.settings.bed, known), known.settings)  # noqa: SLF001 - its own class
        return made, made._take(at, Started(version=__version__, down_since=known.now))  # noqa: SLF001

    def _go_on(self, engine: bedside.Engine, settings: Settings) -> None:
        self._engine, self._bed, self._actions = engine, settings.bed, 0
        self._simulated = any(each.simulated for each in settings.sources.values())

    @property
    def deadline(self) -> datetime | None:
        """When `advance` has something to do; None when only an event can bring it."""
        return aware(self._engine.deadline)

    def advance(self, to: datetime) -> list[dict[str, Any]]:
        """Time has passed: what was due before `to`."""
        return [row(each) for each in self._engine.advance(instant(to))]

    def hear(
        self, at: datetime, source: str, values: Mapping[str, float | None]
    ) -> list[dict[str, Any]]:
        """Readings of a device that arrived together; None where it said that it has no number."""
        from monitord.model import Frame, Quality, Sample, Signal

        samples = tuple(
            Sample(
                signal=Signal(signal),
                value=None if value is None else float(value),
                quality=Quality.INVALID if value is None else Quality.GOOD,
            )
            for signal, value in values.items()
        )
        return self._take(at, Frame(samples=samples), source)

    def fault(
        self, at: datetime, source: str, *, present: bool, cause: str = "link"
    ) -> list[dict[str, Any]]:
        """A fault of a device begins or ends."""
        from monitord.model import Cause, Fault

        return self._take(at, Fault(cause=Cause(cause), subject=source, present=present), source)

    def act(self, at: datetime, action: str, *, by: str, **said: Any) -> list[dict[str, Any]]:
        """Staff do something, `act(at, "start_infusion", by="A")`: the row `answered` says whether it was `refused`."""
        from pydantic import TypeAdapter

        from monitord.config.files.reader import nearest
        from monitord.model.actions import ACTION_TYPES

        if action not in ACTION_TYPES:
            raise ValueError(f"{action!r} is no action{nearest(action, ACTION_TYPES)}")
        self._actions += 1
        body = TypeAdapter(ACTION_TYPES[action]).validate_python(
            {"id": f"api-{instant(at)}-{self._actions}", "by": by, **said}
        )
        return self._take(at, body, "staff")

    def explain(self) -> str:
        """Why the bed is as it is: every rule, what it saw, and what it waits for."""
        from monitord.engine.explain import as_text

        return as_text(self._engine.state)

    def _take(self, at: datetime, body: Body, source: str = "") -> list[dict[str, Any]]:
        from monitord.model import Event

        event = Event(
            at=instant(at), bed=self._bed, body=body, source=source, simulated=self._simulated
        )
        return [row(each) for each in self._engine.step(event)]
