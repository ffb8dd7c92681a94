"""The fuzz targets are alive: each takes its healthy stream, and atheris, where it is, runs a little."""

import gc
import importlib.util
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.wire import Listening, Said
from monitord.kit.example import Example
from monitord.model import Frame, Instant, Sample, Signal
from tests.effort import examples
from tests.fuzz.__main__ import main
from tests.fuzz.mutate import inputs
from tests.fuzz.run import Watchdog, bounded, run
from tests.fuzz.targets import FuzzTarget, Take, codec, codecs

ROOT = Path(__file__).parents[2]


CODECS = codecs()


@pytest.mark.parametrize("name", CODECS)
def test_a_target_takes_a_healthy_stream_and_its_pieces(name: str) -> None:
    take, healthy = CODECS[name].take, CODECS[name].healthy
    for end in range(0, len(healthy) + 1, max(1, len(healthy) // 20)):
        take(healthy[:end])


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


@pytest.mark.parametrize("name", CODECS)
def test_some_hundred_changed_inputs_do_no_harm(name: str) -> None:
    finding = run(CODECS[name].take, CODECS[name].inputs(examples(300), "ci"))
    assert finding is None, (finding.why, finding.data)


def raises(data: bytes) -> None:
    if b"\xff" in data:
        raise KeyError(data)


def hangs(data: bytes) -> None:
    while b"\xff" in data:
        pass


def hides_what_hangs(data: bytes) -> None:
    try:
        hangs(data)
    except Exception:  # noqa: BLE001 - as readers do with what their libraries raise
        return


def eats(data: bytes) -> None:
    if b"\xff" in data:
        bytearray(1 << 30)


@pytest.mark.parametrize(
    ("take", "why"),
    [
        (raises, "KeyError"),
        (hangs, "TooLong"),
        (hides_what_hangs, "TooLong"),
        (eats, "MemoryError"),
    ],
)
def test_an_exception_a_hang_and_a_gigabyte_are_found_and_kept(
    take: Take, why: str, tmp_path: Path
) -> None:
    with bounded():
        finding = run(take, inputs(b"healthy", 1000, "1"), limit_s=0.1)
    assert finding is not None
    assert finding.why.startswith(why)
    assert b"\xff" in finding.keep(tmp_path).read_bytes()


def test_many_inputs_that_take_long_together_are_no_hang() -> None:
    with Watchdog(0.1) as watchdog:
        began = time.process_time()
        while time.process_time() - began < 0.3:
            watchdog.begun += 1


def test_the_same_seed_gives_the_same_inputs() -> None:
    assert [*inputs(b"healthy", 50, "1")] == [*inputs(b"healthy", 50, "1")]
    assert [*inputs(b"healthy", 50, "1")] != [*inputs(b"healthy", 50, "2")]


def test_the_command_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--codecs", "mqtt", "--readers", "events", "--count", "200"]
    monkeypatch.setattr(sys, "argv", ["fuzz", *words])
    try:
        assert main() == 0
    finally:
        logging.disable(logging.NOTSET)
        gc.unfreeze()
    *progress, last = capsys.readouterr().out.splitlines()
    assert len(progress) == 20
    assert progress[0].startswith("10 of 200 inputs for each codec, 10 of 200 for each reader")
    assert last == "nothing found: 200 inputs for each of 1 codecs, 200 for each of 1 readers"


def test_the_command_keeps_what_it_finds_and_goes_on_with_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    targets = {"bad": FuzzTarget(take=raises, healthy=b"healthy"), "mqtt": CODECS["mqtt"]}
    monkeypatch.setattr("tests.fuzz.__main__.codecs", lambda: targets)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--codecs", "--count", "1000"])
    monkeypatch.chdir(tmp_path)
    try:
        assert main() == 1
    finally:
        logging.disable(logging.NOTSET)
        gc.unfreeze()
    (kept,) = tmp_path.iterdir()
    said = capsys.readouterr().out
    assert f"codec bad: KeyError: {kept.read_bytes()!r}; {kept}" in said
    assert said.splitlines()[-1] == "found something in 1 codecs: bad"


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("name", ["nonin-df2", "bbraun-slot-13", "mqtt"])
def test_atheris_finds_nothing_in_a_short_run(name: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz",
            "--atheris",
            name,
            "-runs=5000",
            f"-artifact_prefix={tmp_path}/",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "Done 5000 runs" in run.stderr
