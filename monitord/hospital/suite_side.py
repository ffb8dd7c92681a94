"""What the uplink asks of the daemon that it runs in. Values and a Protocol, no code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from monitord.engine.state import State
from monitord.model import Instant
from monitord.notify.notifier import AnswerWord
from monitord.station.host import Subscriber

HOSPITAL: Final = "hospital"
"""The uplink's name: of its fault, and of the source of answers that come by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalAnswer:
    """What somebody at the hospital answers: `key` names this one answer for good.

    `news` is when the alarm had last become worse as they saw it, `seq` the journal's number of what they saw.
    """

    key: str
    alarm: str
    word: AnswerWord
    by: str
    news: Instant
    seq: int
    reason: str = ""


class SuiteSide(Protocol):
    """The daemon, as the uplink sees it."""

    @property
    def suite(self) -> str:
        """The suite's name."""
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
        """The state of every bed that is monitored."""
        ...

    def label(self, bed: str) -> str:
        """What staff call the bed."""
        ...

    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        ...

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        ...
