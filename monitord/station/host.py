"""What the station asks of the daemon, and what the daemon tells the station. Values and a Protocol, no code.

The daemon calls every subscriber in its own loop after the transaction that holds the cause;
a subscriber returns at once and never raises.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitord.engine.state import State
from monitord.model import (
    AlarmLine,
    Answered,
    Fault,
    Finding,
    Frame,
    Instant,
    Signal,
    StaffAction,
    Wave,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The state of a bed (None: of the suite) is another one after journal sequence `seq`."""

    seq: int
    bed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alarm line left the engine after journal sequence `seq`; several lines may share one.

    `durable` is False where the journal could not hold it first (invariant 12).
    """

    seq: int
    line: AlarmLine
    durable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveBlock:
    """The newest piece of a bed's waveform; may be dropped."""

    bed: str
    wave: Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The action of this id was taken in, and has no answer yet."""

    action: str


Update = Changed | Told | WaveBlock
Subscriber = Callable[[Update], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A device that may serve in another's place: a spare (`bed` None), or one at the bed `where`."""

    bed: str | None
    device: str
    where: str
    of: str
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBed:
    """A device of a bed; `of` says whose place it has in the suite file, where staff swapped it."""

    device: str
    of: str
    signals: tuple[Signal, ...]
    partners: tuple[Partner, ...]


class Host(Protocol):
    """The daemon, as the station sees it."""

    @property
    def suite(self) -> str:
        """The suite's name."""
        ...

    @property
    def notice(self) -> str:
        """What every page must say beside the disclaimers (`DEMO: ...`); empty for none."""
        ...

    @property
    def least_volume(self) -> int:
        """Percent below which no page can turn its sounds."""
        ...

    def now(self) -> Instant:
        """Engine time."""
        ...

    def seq(self) -> int:
        """The last journal sequence whose effects were released."""
        ...

    def places(self) -> Sequence[str]:
        """Every bed of the suite file in its order, also one that is not monitored."""
        ...

    def beds(self) -> Mapping[str, State]:
        """The state of every bed that is monitored, in the suite file's order."""
        ...

    def label(self, bed: str) -> str:
        """What staff call the bed."""
        ...

    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        ...

    def devices_at(self, bed: str) -> Sequence[AtBed]:
        """The devices of a bed, and what each may be swapped with."""
        ...

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        """Journals and steps a staff action, then gives the engine's answer.

        One whose id came before from the same person is not done again: it gets its first answer.
        """
        ...

    def became_of(self, by: str, action: str) -> Answered | Pending | None:
        """The answer to this person's action of this id; None where no such action is known."""
        ...

    def report(self, fault: Fault) -> None:
        """A fault of the suite's equipment, here of a station, begins or ends."""
        ...

    async def try_out(self) -> Sequence[Finding]:
        """Tries devices, destinations, clock, record and disk now; takes some seconds."""
        ...

    async def readings_of(self, session: str) -> Sequence[tuple[Instant, Frame]]:
        """What was recorded of a session, oldest first; read from the disk, never often."""
        ...

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        """The alarm lines told after journal sequence `after`, oldest first.

        A host may leave out the oldest where there are more than a page can use (1000).
        """
        ...

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        ...
