"""The kit finds a decoder that misses a frame where a read ends between the two bytes of its head."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from devices.examples import berry_examples
from devices.oximeters import berry
from devices.readings import Oximetry
from devices.wire import UNFINISHED, Framer
from monitord.kit import wire_checks
from monitord.kit.kit_check import Broken
from monitord.kit.wire_checks import (
    check_splitting_a_damaged_stream_changes_nothing,
    check_splitting_changes_nothing,
)


class LooksForTwoBytes(Framer):
    """Out of step it looks for both bytes of the head: the first alone, at the end of a read, is lost."""

    def pieces(self, data: bytes, stretch: object = None) -> Iterator[bytes]:
        buffer = self._rest + data
        at, end = 0, len(buffer)
        while at < end:
            size = self._measure(buffer, at)
            if size > 0:
                yield buffer[at : at + size]
                at += size
            elif size == UNFINISHED and end - at < self._limit:
                break
            else:
                found = buffer.find(berry.HEAD, at + 1)
                following = found if found >= 0 else end
                self.rejected += following - at
                at = following
        self._rest = buffer[at:]


def old_berry() -> berry.BoardWire:
    framer = LooksForTwoBytes(berry.measure_berry, limit=berry.SIZE)
    return berry.BoardWire(framer, berry.decode_berry, perfusion=True, first=b"")


OLD = replace(berry_examples()[0], make=old_berry)


def test_cutting_a_healthy_stream_does_not_find_it() -> None:
    check_splitting_changes_nothing(OLD)


@pytest.mark.parametrize("seed", range(4, 24))
def test_a_damaged_stream_finds_it_in_a_few_tries(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded = random.Random(seed)
    monkeypatch.setattr(random, "Random", lambda _: seeded)
    with pytest.raises(Broken) as found:
        check_splitting_a_damaged_stream_changes_nothing(OLD)
    number = re.match(r"try (\d+):", str(found.value))
    assert number is not None
    assert int(number[1]) <= 6


def test_the_present_decoder_keeps_it() -> None:
    check_splitting_a_damaged_stream_changes_nothing(berry_examples()[0])
    stray = bytes([0x41, 0xFF])
    frame = berry.encode_berry(Oximetry(spo2=97, pulse_rate=72), 40)
    whole, halves = berry.FAMILY.wire(), berry.FAMILY.wire()
    at = wire_checks.AT
    said = whole.receive(stray[:1] + frame, at)
    assert said
    assert halves.receive(stray, at) + halves.receive(frame[1:], at) == said
