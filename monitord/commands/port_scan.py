"""`monitord devices --scan`: which family speaks on which port. Listens only, unless told to ask.

Each line setting of the families that talk by themselves is listened to once; every codec of that
setting then judges the bytes. Families that must be asked are asked with `ask`, one by one; none is
asked for a measurement, so no cuff inflates.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from monitord.commands.port_line import LINE_FIELDS, RawLine, open_raw
from monitord.errors import DeviceError
from monitord.kit.example import ExampleWire, Said
from monitord.model import SIGNALS, Frame, Instant, Signal
from monitord.plugins import DEVICES, PluginStatus, load_group

LISTEN_S: Final = 4.0
"""The slowest that talk by themselves speak every 2 s: two readings."""

GARBAGE: Final = 0.25
"""A share of rejected bytes up to which a codec still fits: a start in mid-frame is no more."""

AT_ONCE: Final = 8
"""Ports looked at together; two families are never tried on one port at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A family with the settings of one of its formats."""

    family: Any
    make: Any
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.family.name)

    @property
    def asks(self) -> bool:
        """Whether its codec speaks first."""
        wire: ExampleWire = self.make()
        return wire.deadline is not None

    def __str__(self) -> str:
        return " ".join([self.name, *(f"{key}={value}" for key, value in self.settings.items())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A family that understands what is said."""

    candidate: Candidate
    readings: dict[Signal, float]
    frames: int
    rejected: int
    heard: int

    def __str__(self) -> str:
        shown = ", ".join(
            f"{SIGNALS[signal].label} {value:g}" for signal, value in self.readings.items()
        )
        return f"{self.candidate}: {shown or 'no values'}; {self.rejected} of {self.heard} bytes not understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What is on one port: the families that fit, best first, or how many bytes none understands."""

    address: str
    matches: tuple[Match, ...] = ()
    heard: int = 0
    error: str = ""

    def lines(self) -> Iterator[str]:
        """Each as one sentence."""
        yield from (f"{address}: {what}" for address, what in self.rows())

    def rows(self) -> Iterator[tuple[str, str]]:
        """The line, and what is there."""
        if self.error:
            yield self.address, self.error
        elif not self.matches:
            what = f"{self.heard} bytes that no family understands" if self.heard else "silent"
            yield self.address, what
        for match in self.matches:
            yield self.address, str(match)


def candidates() -> tuple[Candidate, ...]:
    """Every format of every driver that has a line and examples."""
    found = []
    for plugin in load_group(DEVICES):
        family: Any = getattr(plugin.value, "family", None)
        if plugin.status is not PluginStatus.LOADED or not hasattr(family, "line"):
            continue
        for example in getattr(plugin.value, "examples", tuple)() or ():
            options = family.options.model_validate(dict(example.settings))
            found.append(
                Candidate(
                    family=family,
                    make=lambda family=family, options=options: family.wire(options),
                    settings=dict(example.settings),
                )
            )
    return tuple(found)


def scan(
    addresses: Iterable[str],
    *,
    ask: bool = False,
    seconds: float = LISTEN_S,
    of: str | None = None,
    told: Callable[[float], object] = lambda _share: None,
) -> list[ScanResult]:
    """What is on each port; a family that must be asked is found only with `ask`. `of` names the only driver to try.

    `told` hears how much of the whole, 0 to 1, is done since it was told last.
    """
    known = tuple(each for each in candidates() if of in {None, each.name})
    asked = list(addresses)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(
            pool.map(
                lambda address: look(
                    address, known, ask, seconds, told=lambda share: told(share / len(asked))
                ),
                asked,
            )
        )


def look(
    address: str,
    known: Iterable[Candidate],
    ask: bool,
    seconds: float,
    told: Callable[[float], object] = lambda _share: None,
) -> ScanResult:
    """What is on this port; at a network address only families that speak so are tried. `told` as in `scan`."""
    if address.startswith("udp://"):
        known = [each for each in known if getattr(each.family, "datagrams", None) is not None]
    by_line: dict[tuple[Any, ...], list[Candidate]] = defaultdict(list)
    asking = []
    for candidate in known:
        if candidate.asks:
            asking.append(candidate)
        else:
            by_line[_settings(candidate)].append(candidate)
    matches: list[Match] = []
    most = 0
    turns = len(by_line) + (len(asking) if ask else 0)
    try:
        for group in by_line.values():
            heard = _listen(address, group[0], seconds)
            most = max(most, len(heard))
            matches += chain.from_iterable(_judge(each, heard) for each in group if heard)
            told(1 / turns)
        # Who speaks by itself is known by that: nobody else is on this line.
        for candidate in asking if ask and not matches else ():
            matches += _converse(address, candidate, seconds)
            told(1 / turns)
    except DeviceError as error:
        return ScanResult(address=address, error=str(error))
    matches.sort(key=lambda match: match.rejected / match.heard)
    return ScanResult(address=address, matches=tuple(matches), heard=most)


def _settings(candidate: Candidate) -> tuple[Any, ...]:
    return tuple(getattr(candidate.family.line, name) for name in LINE_FIELDS)


def _listen(address: str, candidate: Candidate, seconds: float) -> bytes:
    line = RawLine(address, candidate.family.line)
    try:
        return line.listen(seconds)
    finally:
        line.close()


def _judge(candidate: Candidate, heard: bytes) -> Iterator[Match]:
    wire: ExampleWire = candidate.make()
    yield from _match(candidate, wire, wire.receive(heard, Instant(0)), len(heard))


def _converse(address: str, candidate: Candidate, seconds: float) -> Iterator[Match]:
    """Says what the codec says by itself: it asks for no measurement and changes nothing."""
    line = open_raw(address, candidate.family)
    wire: ExampleWire = candidate.make()
    said: list[Said] = []
    heard = 0
    begin = time.monotonic()
    try:
        while (passed := time.monotonic() - begin) < seconds:
            at = Instant(round(passed * 1_000_000))
            if wire.deadline is not None and wire.deadline <= at and (out := wire.send_due(at)):
                line.send(out)
            data = line.read()
            heard += len(data)
            said += wire.receive(data, at)
    finally:
        line.close()
    yield from _match(candidate, wire, said, heard)


def _match(
    candidate: Candidate, wire: ExampleWire, said: list[Said], heard: int
) -> Iterator[Match]:
    frames = [one for one in said if isinstance(one, Frame)]
    # A word of another kind (the link is there, a battery) counts too: a cuff at rest has no values.
    if not said or not heard or wire.rejected > GARBAGE * heard:
        return
    readings = {
        sample.signal: sample.value
        for frame in frames
        for sample in frame.samples
        if sample.value is not None
    }
    yield Match(
        candidate=candidate,
        readings=readings,
        frames=len(frames),
        rejected=wire.rejected,
        heard=heard,
    )
