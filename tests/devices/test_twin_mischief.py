"""A bad line: what it does to bytes, and that the driver's codec lives through it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.oximeters import nonin
from devices.twin.body import Body
from devices.twin.mischief import Mischief
from devices.twin.nonin_twin import TWIN, NoninVoice
from devices.twin.twin_line import TerminalLine
from monitord.errors import DeviceError
from monitord.model import SECOND, Frame, Instant, Signal
from tests.devices.twinkit import body, fault, stream, ticks, ward
from tests.peers import until

STEADY = [{"spo2": "97x600", "pulse_rate": "74x600"}]


def spoiled(kind: str, seconds: float = 30) -> Iterator[tuple[float, list[bytes], bytes]]:
    """With the fault from second 10 to 20: time, pieces written, what was meant."""
    seen = body(series=STEADY, faults=[fault(kind, "10s", "10s")])
    voice, mischief = NoninVoice(seen, {}), Mischief(seen)
    for t in ticks(seconds):
        data = voice.speak(t)
        yield t, mischief.spoil(data, t), data


def joined(kind: str, first: float, last: float) -> tuple[bytes, bytes]:
    """What was written and what was meant between two times."""
    parts = [(b"".join(pieces), data) for t, pieces, data in spoiled(kind) if first <= t < last]
    return b"".join(done for done, _ in parts), b"".join(meant for _, meant in parts)


def test_a_healthy_line_changes_nothing() -> None:
    done, meant = joined("noise", 0, 9)
    assert done == meant


def test_silence_says_nothing_and_then_goes_on() -> None:
    assert joined("silence", 10, 20)[0] == b""
    done, meant = joined("silence", 20, 30)
    assert done == meant != b""


def test_split_writes_are_the_same_bytes_in_small_pieces() -> None:
    done, meant = joined("split", 10, 20)
    assert done == meant
    pieces = [piece for t, pieces, _ in spoiled("split") if 10 <= t < 20 for piece in pieces]
    assert max(map(len, pieces)) <= 7


def test_merged_writes_lose_nothing_and_come_in_lumps() -> None:
    done, meant = joined("merge", 0, 30)
    assert done == meant
    lumps = [pieces for t, pieces, _ in spoiled("merge") if 10 <= t < 20 and pieces]
    assert 4 <= len(lumps) <= 6


def test_duplicates_come_twice() -> None:
    done, meant = joined("duplicate", 10, 20)
    assert len(done) == 2 * len(meant)


def test_a_wrong_checksum_is_one_bit_off() -> None:
    done, meant = joined("bad_checksum", 10, 10.5)
    assert len(done) == len(meant)
    assert sum(a != b for a, b in zip(done, meant, strict=True)) == len(meant) // 125


def test_mid_frame_begins_in_the_middle_once() -> None:
    done, meant = joined("mid_frame", 10, 20)
    assert len(meant) - len(done) == 125 // 2 + 1
    assert meant.endswith(done)


def test_noise_is_the_same_each_run() -> None:
    assert joined("noise", 10, 20) == joined("noise", 10, 20)
    assert joined("noise", 10, 20)[0] != joined("noise", 10, 20)[1]


@pytest.mark.parametrize("kind", ["noise", "bad_checksum", "split", "mid_frame", "duplicate"])
def test_the_codec_reads_on_after_mischief_and_never_a_wrong_number(kind: str) -> None:
    wire = nonin.FAMILY.wire()
    values = [
        (t, item.samples[0].value)
        for t, pieces, _ in spoiled(kind)
        for piece in pieces
        for item in wire.receive(piece, Instant(round(t * SECOND)))
        if isinstance(item, Frame)
    ]
    assert {value for _, value in values} == {97}
    assert values[-1][0] > 28


async def test_noise_on_a_real_line_is_rejected_and_outlived(tmp_path: Path) -> None:
    async with ward(TWIN, stream(nonin.FAMILY), str(tmp_path / "line"), series=STEADY) as scene:
        await until(lambda: scene.samples(Signal.SPO2))
        await scene.commands.put("noise 20s")
        begun = scene.t
        await until(lambda: scene.t > begun + 25)
        count = len(scene.samples(Signal.SPO2))
        await until(lambda: len(scene.samples(Signal.SPO2)) > count)
        assert {sample.value for sample in scene.samples(Signal.SPO2)} == {97}


async def test_a_file_that_is_no_link_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("keep me")
    with pytest.raises(DeviceError, match="is no link"):
        await TerminalLine(path).plug()
    assert path.read_text() == "keep me"


def test_live_orders_of_every_kind() -> None:
    def at(orders: list[str], t: float) -> Body:
        seen = body(series=STEADY)
        for order in orders:
            seen.order(order, 100)
        return seen

    assert at(["spo2 84 30s"], 0).vitals(129).spo2 == 84
    assert at(["spo2 84 30s"], 0).vitals(131).spo2 == 97
    assert at(["spo2 84"], 0).vitals(109).spo2 == 84
    assert at(["spo2 84 30s", "clear"], 0).vitals(110).spo2 == 97
    relaxed = body()
    relaxed.order("desaturation 20 60s", 100)
    assert relaxed.vitals(120).spo2 < 79
    for wrong in ("dance", "spo2", "spo2 low", "spo2 84 30", "kill 5s", "probe_off 5s 5s", ""):
        with pytest.raises(ValueError, match=r"order|number|duration"):
            body().order(wrong, 100)
