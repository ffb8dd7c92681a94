"""W4: frames a second of each wire format, in chunks of 125 bytes as a line gives them.

Beside: bare framing of 5-byte frames by slicing, which yields no value, no quality and no sample.
"""

import gc
import time
from collections.abc import Callable

from devices.oximeters import berry, contec5, masimo, viatom
from devices.oximeters.nonin import FAMILY as NONIN
from devices.oximeters.nonin import NoninOptions
from devices.oximeters.nonin_pleth import PACKET, encode_packet
from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from devices.wire import Wire
from monitord.model import Instant
from tests.bench.figures import Result

AT = Instant(1_767_607_200_000_000)
CHUNK = 125
CLOCK = "01/05/26 10:00:00"


def _wave(number: int) -> int:
    return number * 7 % 100


def shown(number: int) -> Oximetry:
    """A reading that changes now and then, as a display does."""
    return Oximetry(spo2=94 + number // 300 % 5, pulse_rate=66 + number // 200 % 9)


def _packets(count: int, form: int) -> bytes:
    """Frames of formats 2 and 7 come in packets of 25."""
    return b"".join(
        encode_packet(shown(n), [_wave(n + k) for k in range(PACKET)], form=form)
        for n in range(0, count, PACKET)
    )


def _each(count: int, encode: Callable[[int], bytes]) -> bytes:
    return b"".join(encode(number) for number in range(count))


def formats(count: int) -> dict[str, tuple[bytes, Callable[[], Wire], int]]:
    """Name: a capture of so many frames, its wire, the number of frames."""

    def nonin(form: str) -> Callable[[], Wire]:
        return lambda: NONIN.wire(NoninOptions.model_validate({"format": form}))

    slow = count // 20
    return {
        "contec5 (5 bytes)": (
            _each(count, lambda n: contec5.encode(shown(n), _wave(n))),
            contec5.FAMILY.wire,
            count,
        ),
        "berry bci (5 bytes)": (
            _each(count, lambda n: berry.encode_bci(shown(n), _wave(n))),
            berry.BCI.wire,
            count,
        ),
        "nonin df2 (5 bytes)": (_packets(count, 2), nonin("df2"), count),
        "nonin df7 (5 bytes)": (_packets(count, 7), nonin("df7"), count),
        "nonin df8 (4 bytes)": (_each(count, lambda n: encode_df8(shown(n))), nonin("df8"), count),
        "viatom (21 bytes)": (
            _each(slow, lambda n: viatom.encode_live(shown(n))),
            viatom.FAMILY.wire,
            slow,
        ),
        "masimo (lines)": (
            _each(slow, lambda n: masimo.encode_line(shown(n), CLOCK)),
            masimo.FAMILY.wire,
            slow,
        ),
    }


FIVE = "contec5 (5 bytes)"


def chunks(data: bytes) -> list[bytes]:
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


def sliced(pieces: list[bytes]) -> int:
    """Bare framing: frames are cut where the leading byte is marked, and counted."""
    buffer, count = b"", 0
    for piece in pieces:
        buffer += piece
        at = 0
        while at + 5 <= len(buffer):
            frame = buffer[at : at + 5]
            if frame[0] >= 0x80:
                count += 1
                at += 5
            else:
                at += 1
        buffer = buffer[at:]
    return count


def streamed(wire: Wire, pieces: list[bytes]) -> None:
    for piece in pieces:
        wire.receive(piece, AT)


def _rate(count: int, work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began) / 1e6


def run(*, quick: bool) -> Result:
    result = Result(workload="W4", title="decode, million frames a second")
    count, rounds = (100_000, 2) if quick else (500_000, 5)
    unit = f"{CHUNK}-byte chunks"
    captures = formats(count)
    pieces = {name: chunks(data) for name, (data, _, _) in captures.items()}
    for _ in range(rounds):
        rate = _rate(count, lambda: sliced(pieces[FIVE]))
        result.add("bare slicing (limit in Python)", "5 bytes", unit, rate)
        for name, (_, wire, frames) in captures.items():
            one = wire()
            rate = _rate(frames, lambda one=one, name=name: streamed(one, pieces[name]))  # type: ignore[misc]
            result.add("monitord", name, unit, rate)
    ours = result.of("monitord", FIVE, unit)
    of_a_core = [contec5.RATE_HZ / (rate * 1e6) * 100 for rate in ours]
    result.goal("one contec5 oximeter (60 frames a second), % of a core", of_a_core, at_most=0.1)
    return result
