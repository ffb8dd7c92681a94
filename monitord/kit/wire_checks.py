"""What every codec must keep, whatever the bytes: checks over one healthy stream. Pure but for dice.

Everything random is seeded, so that a failure comes again.
"""

import itertools
import random
from collections.abc import Callable, Iterable
from typing import Final

from monitord.kit.example import Example, ExampleWire, Said
from monitord.kit.kit_check import LeftOut, expect
from monitord.model import SIGNALS, Fault, Frame, Instant, Sample, Signal, Wave

AT: Final = Instant(1_000_000_000)
JUNK: Final = b"\x00\xff\x81\x7e" * 9
DAMAGED: Final = 24
"""Tries with a damaged stream. The decoder that this was written for (`tests/kit/test_splitting.py`) is
found at the first with this seed, with twenty others at the first to the sixth."""
LONG: Final = 600
"""Bytes of a damaged stream at most: enough for the frames around the damage."""
ENDS: Final = 150
"""Places at most at which a stream is cut off, and as many in what follows: to try all of a long one takes
its length squared."""
FLOOD: Final = 50_000
"""Bytes of nonsense, beyond any buffer that a frame could justify."""


def feed(wire: ExampleWire, data: bytes, cuts: Iterable[int] = ()) -> list[Said]:
    """What the wire says when `data` arrives cut at these places."""
    places = [0, *sorted(cuts), len(data)]
    said: list[Said] = []
    for start, end in itertools.pairwise(places):
        said.extend(wire.receive(data[start:end], AT))
    return said


def frames(said: Iterable[Said]) -> list[Frame]:
    """The frames in it."""
    return [one for one in said if isinstance(one, Frame)]


def samples(said: Iterable[Said]) -> list[Sample]:
    """The samples of all its frames."""
    return [sample for frame in frames(said) for sample in frame.samples]


def check_the_stream_is_understood(example: Example) -> None:
    wire = example.make()
    said = feed(wire, example.stream)
    expect(len(frames(said)) >= 2, f"{len(frames(said))} frames where two were expected")
    expect(wire.rejected == 0, f"{wire.rejected} bytes of a healthy stream rejected")
    found = {sample.signal for sample in samples(said)}
    expect(found == set(example.values), f"signals {sorted(found)}, not {sorted(example.values)}")


def check_what_was_encoded_is_decoded(example: Example) -> None:
    shown: dict[Signal, dict[float, None]] = {signal: {} for signal in example.values}
    for sample in samples(feed(example.make(), example.stream)):
        if sample.quality.usable and sample.value is not None:
            shown[sample.signal][sample.value] = None
    for signal, values in example.values.items():
        expect(tuple(shown[signal]) == values, f"{signal}: {tuple(shown[signal])}, not {values}")


def check_every_sample_is_well_formed(example: Example) -> None:
    said = feed(example.make(), JUNK + example.stream + JUNK)
    for one in samples(said):
        spec = SIGNALS[one.signal]
        expect(not spec.manual, f"{one.signal} is observed by staff, not measured")
        expect(one.value is not None or not one.quality.usable, f"{one}: usable without a value")
        if one.quality.usable and one.value is not None:
            expect(spec.low <= one.value <= spec.high, f"{one}: no reading of a living adult")
    for fault in (one for one in said if isinstance(one, Fault)):
        expect(not fault.subject, "a wire doesn't know its device's name: leave the subject empty")
    for wave in (one for one in said if isinstance(one, Wave)):
        expect(len(wave.values) <= wave.rate_hz, f"a block of {wave.name} is over a second long")


def check_splitting_changes_nothing(example: Example) -> None:
    stream = example.stream
    whole = feed(example.make(), stream)
    bytewise = feed(example.make(), stream, range(1, len(stream)))
    expect(bytewise == whole, "byte by byte it says something else")
    draw = random.Random(1)
    for _ in range(10):
        cuts = sorted(draw.sample(range(1, len(stream)), k=min(20, len(stream) - 1)))
        expect(feed(example.make(), stream, cuts) == whole, f"cut at {cuts} it says something else")


def check_splitting_a_damaged_stream_changes_nothing(example: Example) -> None:
    """Out of step is where a decoder looks for its next frame, and may miss one at the end of a read."""
    draw = random.Random(4)
    for number in range(1, DAMAGED + 1):
        broken, places = _damaged(example, draw)
        if len(broken) < 2:
            continue
        whole = _judged(example, broken, ())
        near = {place + step for place in places for step in range(-3, 5)}
        cuts = {draw.randrange(len(broken)) for _ in range(8)} | near
        for cut in sorted(cut for cut in cuts if 0 < cut < len(broken)):
            said = _judged(example, broken, (cut,))
            where = f"{broken[:cut][-40:].hex(' ')} | {broken[cut:][:40].hex(' ')}"
            expect(said == whole, f"try {number}: in two pieces it says something else: {where}")
        said = _judged(example, broken, range(1, len(broken)))
        expect(said == whole, f"try {number}: byte by byte it says something else")


def _damaged(example: Example, draw: random.Random) -> tuple[bytes, list[int]]:
    """A piece of the healthy stream with a few bytes put in, taken out or changed, and where."""
    start = draw.randrange(max(1, len(example.stream) - 3 * example.longest))
    stream = bytearray(example.stream[start : start + min(4 * example.longest, LONG)])
    likely = [*example.stream[: example.longest], 0x00, 0xFF]
    places = []
    for _ in range(draw.randrange(1, 4)):
        place = draw.randrange(len(stream) + 1)
        put = bytes(draw.choice((draw.choice(likely), draw.randrange(256))) for _ in range(2))
        taken = draw.choice((0, 0, 1, 2, draw.randrange(1, 2 + example.longest // 2)))
        stream[place : place + taken] = put[: draw.randrange(3)]
        places.append(place)
    return bytes(stream), places


def _judged(example: Example, data: bytes, cuts: Iterable[int]) -> tuple[list[Said], int]:
    """What it says, and how many bytes it skips."""
    wire = example.make()
    return feed(wire, data, cuts), wire.rejected


def check_a_truncated_stream_says_a_beginning(example: Example) -> None:
    whole = feed(example.make(), example.stream)
    for end in _ends(example):
        said = feed(example.make(), example.stream[:end])
        expect(said == whole[: len(said)], f"of the first {end} bytes it says something else")


def _ends(example: Example) -> list[int]:
    """Where it is cut off: at each byte of the first frames, and now and then in a long stream."""
    size, first = len(example.stream), min(2 * example.longest, ENDS)
    later = range(first, size)
    some = random.Random(5).sample(later, k=min(ENDS, len(later)))
    return [*range(min(first, size)), *sorted(some)]


def check_garbage_before_is_counted_and_survived(example: Example) -> None:
    wire = example.make()
    said = feed(wire, JUNK + example.stream * 2)
    least = len(JUNK) // 2 if example.checksum else 1
    most = len(JUNK) + 2 * example.longest
    expect(least <= wire.rejected <= most, f"{wire.rejected} bytes rejected of {len(JUNK)}")
    last = frames(feed(example.make(), example.stream * 2))[-1]
    expect(frames(said)[-1:] == [last], "the last reading is lost or another")


def check_garbage_after_changes_nothing(example: Example) -> None:
    whole = feed(example.make(), example.stream)
    said = feed(example.make(), example.stream + JUNK)
    expect(said[: len(whole)] == whole, "it takes back what was said before")


def check_a_start_in_the_middle_loses_one_frame_at_most(example: Example) -> None:
    wire = example.make()
    said = feed(wire, example.stream[example.longest // 2 + 1 :] + example.stream)
    expect(frames(said), "it never finds the beginning of a frame")
    lost, most = wire.rejected, 2 * example.longest
    expect(lost <= most, f"{lost} bytes lost to find the beginning, more than {most}")


def check_oversized_input_is_bounded_and_survived(example: Example) -> None:
    unfinished = example.stream[: example.longest - 1]
    for junk in (b"\x00", b"\xff", b"\x01", b"A", example.stream[:1], unfinished):
        wire = example.make()
        feed(wire, junk * (FLOOD // len(junk)), range(4096, FLOOD, 4096))
        kept = FLOOD - wire.rejected
        small = junk is unfinished or kept <= FLOOD // 10 + 2 * example.longest
        expect(small, f"of {FLOOD} bytes {junk[:4]!r} it keeps {kept}")
        said = feed(wire, example.stream * 2)
        expect(frames(said), f"after {FLOOD} bytes {junk[:4]!r} it reads nothing any more")


def check_a_flipped_bit_is_never_a_reading(example: Example) -> None:
    if not example.checksum:
        raise LeftOut("the format has no checksum")
    honest = {(one.signal, one.value) for one in samples(feed(example.make(), example.stream))}
    draw = random.Random(2)
    for _ in range(200):
        place, bit = draw.randrange(len(example.stream)), draw.randrange(8)
        broken = bytearray(example.stream)
        broken[place] ^= 1 << bit
        said = samples(feed(example.make(), bytes(broken)))
        lies = {(one.signal, one.value) for one in said if one.quality.usable} - honest
        expect(not lies, f"with bit {bit} of byte {place} flipped it reads {lies}")


def check_no_random_bytes_raise(example: Example) -> None:
    draw = random.Random(3)
    for _ in range(100):
        broken = bytearray(example.stream)
        for _ in range(draw.randrange(7)):
            broken[draw.randrange(len(broken))] = draw.randrange(256)
        junk = draw.randbytes(draw.randrange(3 * example.longest + 1))
        _survives(example, [junk, bytes(broken), junk])


def check_no_generated_bytes_raise(example: Example) -> None:
    try:
        from hypothesis import given, settings  # noqa: PLC0415 - an extra
        from hypothesis import strategies as st  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise LeftOut("hypothesis is not installed") from error

    @settings(max_examples=60, deadline=None, database=None)
    @given(
        st.lists(st.binary(max_size=3 * example.longest), max_size=6),
        st.lists(
            st.tuples(st.integers(0, len(example.stream) - 1), st.integers(0, 255)), max_size=6
        ),
    )
    def never_raises(chunks: list[bytes], changes: list[tuple[int, int]]) -> None:
        broken = bytearray(example.stream)
        for place, byte in changes:
            broken[place] = byte
        _survives(example, [*chunks, bytes(broken), *chunks])

    never_raises()


def _survives(example: Example, chunks: list[bytes]) -> None:
    wire = example.make()
    for chunk in chunks:
        wire.receive(chunk, AT)
    expect(wire.rejected >= 0, "it counts backwards")


WIRE_CHECKS: Final[tuple[Callable[[Example], None], ...]] = (
    check_the_stream_is_understood,
    check_what_was_encoded_is_decoded,
    check_every_sample_is_well_formed,
    check_splitting_changes_nothing,
    check_splitting_a_damaged_stream_changes_nothing,
    check_a_truncated_stream_says_a_beginning,
    check_garbage_before_is_counted_and_survived,
    check_garbage_after_changes_nothing,
    check_a_start_in_the_middle_loses_one_frame_at_most,
    check_oversized_input_is_bounded_and_survived,
    check_a_flipped_bit_is_never_a_reading,
    check_no_random_bytes_raise,
    check_no_generated_bytes_raise,
)
