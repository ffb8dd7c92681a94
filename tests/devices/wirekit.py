"""What every wire must keep, as checks over one healthy stream: run them all on each family.

@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("case", CASES)
def test_the_wire_keeps_its_contract(case, check):
    check(case)
"""

import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.wire import Said, Wire
from monitord.model import SIGNALS, Fault, Frame, Instant, Quality, Sample, Signal, Wave

AT: Final = Instant(1_000_000_000)
JUNK: Final = b"\x00\xff\x81\x7e" * 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A family's healthy stream of at least two readings, and what may be asked of its format."""

    name: str
    make: Callable[[], Wire]
    stream: bytes
    longest: int
    """Bytes of the longest thing that the stream can be out of step for (a frame, packet, line)."""
    signals: frozenset[Signal]
    checksum: bool = True
    """Whether a flipped bit must be seen."""

    def __str__(self) -> str:
        return self.name


def feed(wire: Wire, data: bytes, cuts: Iterable[int] = ()) -> list[Said]:
    """What the wire says when `data` arrives cut at these places."""
    places = [0, *sorted(cuts), len(data)]
    said: list[Said] = []
    for start, end in itertools.pairwise(places):
        said.extend(wire.receive(data[start:end], AT))
    return said


def frames(said: Iterable[Said]) -> list[Frame]:
    return [one for one in said if isinstance(one, Frame)]


def faults(said: Iterable[Said]) -> list[Fault]:
    return [one for one in said if isinstance(one, Fault)]


def waves(said: Iterable[Said]) -> list[Wave]:
    return [one for one in said if isinstance(one, Wave)]


def values(frame: Frame) -> dict[Signal, float | None]:
    return {sample.signal: sample.value for sample in frame.samples}


def quality(frame: Frame) -> Quality:
    """The one quality of a frame whose samples share it."""
    (only,) = {sample.quality for sample in frame.samples}
    return only


def sample(frame: Frame, signal: Signal) -> Sample:
    (only,) = [one for one in frame.samples if one.signal is signal]
    return only


def check_the_stream_is_understood(case: Case) -> None:
    wire = case.make()
    said = feed(wire, case.stream)
    assert len(frames(said)) >= 2
    assert wire.rejected == 0
    assert {one.signal for frame in frames(said) for one in frame.samples} == case.signals


def check_every_sample_is_well_formed(case: Case) -> None:
    said = feed(case.make(), JUNK + case.stream + JUNK)
    for one in (one for frame in frames(said) for one in frame.samples):
        assert one.value is not None or not one.quality.usable
        if one.quality.usable:
            assert SIGNALS[one.signal].low <= (one.value or 0) <= SIGNALS[one.signal].high
    assert all(fault.subject == "" for fault in faults(said))
    assert all(len(wave.values) <= wave.rate_hz for wave in waves(said))


def check_splitting_changes_nothing(case: Case) -> None:
    whole = feed(case.make(), case.stream)
    assert feed(case.make(), case.stream, range(1, len(case.stream))) == whole
    draw = random.Random(1)
    for _ in range(10):
        cuts = draw.sample(range(1, len(case.stream)), k=min(20, len(case.stream) - 1))
        assert feed(case.make(), case.stream, cuts) == whole


def check_a_truncated_stream_says_a_beginning(case: Case) -> None:
    whole = feed(case.make(), case.stream)
    for end in range(len(case.stream)):
        said = feed(case.make(), case.stream[:end])
        assert said == whole[: len(said)]


def check_garbage_before_is_counted_and_survived(case: Case) -> None:
    wire = case.make()
    said = feed(wire, JUNK + case.stream * 2)
    assert wire.rejected >= (len(JUNK) // 2 if case.checksum else 1)
    assert wire.rejected <= len(JUNK) + 2 * case.longest
    assert frames(said)[-1] == frames(feed(case.make(), case.stream * 2))[-1]


def check_garbage_after_changes_nothing(case: Case) -> None:
    whole = feed(case.make(), case.stream)
    assert feed(case.make(), case.stream + JUNK)[: len(whole)] == whole


def check_a_start_in_the_middle_loses_one_frame_at_most(case: Case) -> None:
    middle = case.longest // 2 + 1
    wire = case.make()
    said = feed(wire, case.stream[middle:] + case.stream)
    assert frames(said)[-1].samples
    assert wire.rejected <= 2 * case.longest


def check_oversized_input_is_bounded_and_survived(case: Case) -> None:
    for junk in (b"\x00", b"\xff", b"\x01", b"A", case.stream[:1], case.stream[: case.longest - 1]):
        wire = case.make()
        feed(wire, junk * (100_000 // len(junk)), range(4096, 100_000, 4096))
        before = wire.rejected
        said = feed(wire, case.stream * 2)
        assert before + 2 * case.longest >= 90_000 or junk == case.stream[: case.longest - 1]
        assert frames(said)


def check_a_flipped_bit_is_never_a_reading(case: Case) -> None:
    if not case.checksum:
        return
    honest = {one for frame in frames(feed(case.make(), case.stream)) for one in frame.samples}
    draw = random.Random(2)
    for _ in range(200):
        place, bit = draw.randrange(len(case.stream)), 1 << draw.randrange(8)
        broken = bytearray(case.stream)
        broken[place] ^= bit
        for frame in frames(feed(case.make(), bytes(broken))):
            assert {one for one in frame.samples if one.quality.usable} <= honest


def check_no_bytes_raise(case: Case) -> None:
    @settings(max_examples=60, deadline=None, database=None)
    @given(st.lists(st.binary(max_size=3 * case.longest), max_size=6), st.data())
    def never_raises(chunks: list[bytes], data: st.DataObject) -> None:
        broken = bytearray(case.stream)
        for _ in range(data.draw(st.integers(0, 6))):
            place = data.draw(st.integers(0, len(broken) - 1))
            broken[place] = data.draw(st.integers(0, 255))
        wire = case.make()
        for chunk in (*chunks, bytes(broken), *chunks):
            wire.receive(chunk, AT)
        assert wire.rejected >= 0

    never_raises()


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    check_the_stream_is_understood,
    check_every_sample_is_well_formed,
    check_splitting_changes_nothing,
    check_a_truncated_stream_says_a_beginning,
    check_garbage_before_is_counted_and_survived,
    check_garbage_after_changes_nothing,
    check_a_start_in_the_middle_loses_one_frame_at_most,
    check_oversized_input_is_bounded_and_survived,
    check_a_flipped_bit_is_never_a_reading,
    check_no_bytes_raise,
)
