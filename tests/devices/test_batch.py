"""A capture decoded at once says what its wire says of it byte by byte, at the same places."""

import random
from collections.abc import Callable

import pytest

from devices import batch, berry, contec5
from devices.batch import Placed
from devices.nonin import FAMILY as NONIN
from devices.nonin import NoninOptions
from devices.nonin_pleth import encode_packet
from devices.nonin_slow import encode_df8
from devices.readings import Oximetry
from devices.wire import Wire
from monitord.model import Quality
from tests.devices.wirekit import AT

QUALITIES = [
    *[Quality.GOOD] * 8,
    Quality.LOW_PERFUSION,
    Quality.MOTION,
    Quality.SEARCHING,
    Quality.PROBE_OFF,
    Quality.NO_SENSOR,
]


def course(draw: random.Random, count: int) -> list[Oximetry]:
    """States that last a while and change, with numbers missing and batteries running low."""
    shown: list[Oximetry] = []
    while len(shown) < count:
        state = Oximetry(
            spo2=draw.choice([None, 0, *range(60, 101)]),
            pulse_rate=draw.choice([None, *range(40, 250)]),
            quality=draw.choice(QUALITIES),
            low_battery=draw.random() < 0.1,
        )
        shown.extend([state] * draw.randint(1, 250))
    return shown[:count]


def df2(draw: random.Random, form: int = 2) -> bytes:
    top = 255 if form == 2 else 65_535
    return b"".join(
        encode_packet(one, [draw.randint(0, top) for _ in range(25)], form=form)
        for one in course(draw, 400)
    )


def df7(draw: random.Random) -> bytes:
    return df2(draw, form=7)


def df8(draw: random.Random) -> bytes:
    return b"".join(encode_df8(one) for one in course(draw, 3000))


def contec(draw: random.Random) -> bytes:
    return b"".join(contec5.encode(one, draw.randint(0, 127)) for one in course(draw, 3000))


def bci(draw: random.Random) -> bytes:
    reply = bytes.fromhex("ff 56 31 2e 30 ff 30 2e 30 30 ff 2e 30 30 00")
    said = [berry.encode_bci(one, draw.randint(0, 100)) for one in course(draw, 3000)]
    return b"".join([*said[:1000], reply, *said[1000:]])


def nonin(form: str) -> Callable[[], Wire]:
    return lambda: NONIN.wire(NoninOptions.model_validate({"format": form}))


FORMATS = {
    "df2": (df2, nonin("df2"), batch.decode_df2),
    "df7": (df7, nonin("df7"), batch.decode_df7),
    "df8": (df8, nonin("df8"), batch.decode_df8),
    "contec5": (contec, contec5.FAMILY.wire, batch.decode_contec5),
    "bci": (bci, berry.BCI.wire, batch.decode_bci),
}


def streamed(wire: Wire, data: bytes) -> list[Placed]:
    return [
        (place, said)
        for place in range(len(data))
        for said in wire.receive(data[place : place + 1], AT)
    ]


def broken(draw: random.Random, data: bytes) -> bytes:
    """With bytes lost, added and changed, and garbage before and after."""
    out = bytearray(data)
    for _ in range(40):
        place = draw.randrange(len(out))
        match draw.randrange(3):
            case 0:
                del out[place : place + draw.randint(1, 12)]
            case 1:
                out[place:place] = draw.randbytes(draw.randint(1, 12))
            case _:
                out[place] = draw.randrange(256)
    return draw.randbytes(17) + bytes(out) + draw.randbytes(23)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(3))
def test_a_capture_says_the_same_at_once_as_byte_by_byte(name: str, seed: int) -> None:
    write, wire, decode = FORMATS[name]
    draw = random.Random(seed)
    whole = write(draw)
    for data in (whole, broken(draw, whole), whole[3:-2]):
        expected = streamed(wire(), data)
        assert len(expected) > 50
        assert decode(data) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_a_capture_of_nothing_or_of_noise_says_the_same_too(name: str) -> None:
    _, wire, decode = FORMATS[name]
    draw = random.Random(9)
    for data in (b"", b"\x01", b"\x80\x01", draw.randbytes(20_000), b"\xff" * 999, bytes(999)):
        assert decode(data) == streamed(wire(), data)


@pytest.mark.parametrize("size", [1, 7, 125, 4096])
def test_displays_that_come_again_are_told_again_however_many_there_are(size: int) -> None:
    """More than a wire keeps, each twice, in reads of any size."""
    displays = [Oximetry(spo2=60 + n % 40, pulse_rate=50 + n) for n in range(100)] * 2
    data = b"".join(contec5.encode(one, n) for one in displays for n in range(40))
    wire = contec5.FAMILY.wire()
    said = [word for at in range(0, len(data), size) for word in wire.receive(data[at:][:size], AT)]
    assert said == [word for _, word in batch.decode_contec5(data)]
    assert len(said) > len(displays)
