"""What a notifier is: a plug-in of the entry-point group `monitord.notifiers`.

Every channel tells alarms. What else one can do it says by having the method: `Gathers` takes
several messages as one, `Listens` brings answers back, `Pulses` shows that monitord is alive, `ShowsNumerics`
takes what beds show.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from monitord.model import Instant, Notify, Signal, Span

AnswerWord = Literal["acknowledge", "accept", "reject"]


class Channel(Protocol):
    """One open way to one destination."""

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Tells it; returns when the destination took it, raises NotifyError otherwise.

        May be called again with the same `message.key` after a crash: pass the key on.
        """
        ...

    async def close(self) -> None:
        """Lets go of what was opened."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Messages that people read as one: of one bed, or of one cause on several beds.

    The first is the worst. `starts` is how often its alarm has begun here of late, itself
    included; `durable` is false where any of them is not.
    """

    messages: tuple[Notify, ...]
    starts: int = 1
    durable: bool = True


@runtime_checkable
class Gathers(Protocol):
    """A channel for people: several messages in one call."""

    async def send_bundle(self, bundle: Bundle) -> None:
        """As `send`, for all of them or none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody answered: `alarm` is the alarm's id, `key` names this one answer for good.

    After `until` it does not count any more; None where it has no end of its own.
    """

    alarm: str
    word: AnswerWord
    by: str
    key: str
    reason: str = ""
    until: Instant | None = None


Answers = Callable[[Reply], Awaitable[str | None]]
"""Takes an answer; None when it counts, else why it does not. The same key gives the same, and another answer none."""


@runtime_checkable
class Listens(Protocol):
    """A channel through which answers come back."""

    async def listen(self, suite: str, answers: Answers) -> None:
        """Until cancelled; returns at once where answers are switched off, NotifyError when lost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A sign of life, given only while alarms can come out of monitord.

    `head` is that of the audit chain, `NUMBER:HASH`: whoever keeps it can show later what was changed.
    """

    suite: str
    at: Instant
    every_s: float
    head: str = ""


@runtime_checkable
class Pulses(Protocol):
    """A channel that carries a sign of life to somebody who misses it when it ends."""

    async def pulse(self, pulse: Pulse) -> None:
        """Shows it; NotifyError where it did not arrive."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """The value of one signal now, in the signal's own unit; None where there is none. `at` is when it was read."""

    signal: Signal
    value: float | None
    at: Instant
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BedNumerics:
    """What one bed shows at `at`: of an open session, by its pseudonymous id."""

    suite: str
    bed: str
    session: str
    at: Instant
    numerics: tuple[Numeric, ...]
    simulated: bool = False


@runtime_checkable
class ShowsNumerics(Protocol):
    """A channel that is shown the numbers of beds, again and again: a record system, not a person."""

    every: Span
    """How often."""
    beds: Collection[str]
    """Which; all where none is named."""

    async def show(self, numerics: BedNumerics) -> None:
        """Hands them over; NotifyError where they did not arrive. The next ones follow in any case."""
        ...


@runtime_checkable
class KeepsHeads(Protocol):
    """A channel that carries no signs of life, and may keep the head of the audit chain."""

    async def keep_head(self, pulse: Pulse) -> None:
        """Hands it over; NotifyError where it did not arrive."""
        ...


@runtime_checkable
class SendsHeadsAway(Protocol):
    """A notifier whose signs of life, or records, hold the head of the audit chain."""

    def head_leaves(self, config: Any) -> bool:
        """Whether it leaves this machine, as far as the settings say."""
        ...


@runtime_checkable
class NeedsTerminal(Protocol):
    """A notifier that somebody perceives only where the daemon's error output is a terminal."""

    needs_terminal: Literal[True]


@runtime_checkable
class OpensForJournal(Protocol):
    """A notifier whose channels have a name at the other side, where two of one name put each other out."""

    def open_for(self, name: str, config: Any, journal: str) -> Channel:
        """As `open`; `journal` is where the daemon's journal is: of another daemon it is another place."""
        ...


class Notifier(Protocol):
    """A kind of destination: its word in the suite file, its settings, how it is opened."""

    name: str
    title: str
    local: bool
    """Needs neither network nor broker: fit to be a route's fail-safe end."""
    config: type[BaseModel]

    def open(self, name: str, config: Any) -> Channel:
        """A channel to the destination called `name`; connects when first used."""
        ...
