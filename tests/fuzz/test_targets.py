"""The fuzz targets are alive: each takes its healthy stream, and atheris, where it is, runs a little."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.wire import Listening, Said
from monitord.kit.example import Example
from monitord.model import Frame, Instant, Sample, Signal
from tests.fuzz.targets import codec, seeds, targets

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", targets())
def test_a_target_takes_a_healthy_stream_and_its_pieces(name: str) -> None:
    target, healthy = targets()[name], seeds()[name]
    for end in range(0, len(healthy) + 1, max(1, len(healthy) // 20)):
        target(healthy[:end])


class Guessing(Listening):
    """Calls every byte an SpO2."""

    rejected = 0

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        return list(self._frames(data))

    def _frames(self, data: bytes) -> Iterator[Frame]:
        for byte in data:
            yield Frame(samples=(Sample(signal=Signal.SPO2, value=float(byte)),))


def test_a_target_finds_a_reading_that_no_adult_can_have() -> None:
    example = Example(name="guess", make=Guessing, stream=b"", values={}, longest=1)
    codec(example, b"\x61")
    with pytest.raises(AssertionError):
        codec(example, b"\xff")


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("name", ["nonin-df2", "bbraun-slot-13", "mqtt"])
def test_atheris_finds_nothing_in_a_short_run(name: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", name, "-runs=5000", f"-artifact_prefix={tmp_path}/"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "Done 5000 runs" in run.stderr
