"""Recording live: what is captured replays to the same samples, and alarming never waits for it."""

import asyncio
import threading
from pathlib import Path
from typing import Any, Self

import pytest

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.lines import recorder
from monitord.daemon.lines.recorder import Recorder
from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import Frame, Instant, Sample, Signal, Wave
from monitord.plugins import load_plugins
from monitord.replay.recordings.open_recordings import open_recording
from monitord.store.journal.journal import Journal
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.peers import PseudoTerminal, until

DESTINATIONS = {"terminal": {"notifier": "terminal"}}


def recording_paper(folder: Path, pty: PseudoTerminal, where: str = "captures") -> Paper:
    more = {"record": {"folder": where}}
    return Paper(folder=folder, beds={"1": nonin(pty)}, destinations=DESTINATIONS, more=more)


async def test_a_live_recording_replays_to_the_samples_that_the_journal_has(
    tmp_path: Path, pty: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FLUSH_S", 0.3)
    finger = Finger(pty)
    captures = tmp_path / "captures"
    async with live(recording_paper(tmp_path, pty)) as ward:
        async with running(finger.run()):
            await ward.desk.infuse("1")
            finger.spo2 = 88
            await ward.until("spo2_low", "start")
        last = await ward.desk.tile("1")
        assert last["signals"]
    with Journal.open(tmp_path / "journal.db", read_only=True) as journal:
        kept = [(e.at, e.body) for _, e in journal.events(bed="1") if isinstance(e.body, Frame)]
    assert len(kept) > 5

    def captured() -> list[tuple[Instant, Any]]:
        (place,) = captures.glob("1-*.capture.gz")
        recording = open_recording(place)
        assert recording.simulated
        return [(at, body) for at, body in recording.stream() if isinstance(body, Frame)]

    await until(lambda: captured() == kept)


def a_recorder(folder: Path, *, keep: int = 10**9, each: int = 10**8) -> Recorder:
    return Recorder(folder=folder, keep=keep, each=each, clock=LiveClock())


def a_suite(folder: Path, pty: PseudoTerminal) -> Any:
    return read_suite(recording_paper(folder, pty).write(), load_plugins())


def test_files_turn_over_and_the_oldest_go_when_too_much_is_kept(
    tmp_path: Path, pty: PseudoTerminal
) -> None:
    device = a_suite(tmp_path, pty).beds["1"].devices["oximeter"]
    folder = tmp_path / "bounded"
    own = a_recorder(folder, keep=3000, each=400)
    tap = own.tap("1", device)
    assert tap is not None
    for second in range(40):
        for fifth in range(5):
            at = Instant(1_767_607_200_000_000 + second * 1_000_000 + fifth * 200_000)
            tap(encode_df8(Oximetry(spo2=80 + (second * fifth) % 19, pulse_rate=70)), at)
        own._write()
    files = sorted(folder.glob("*.capture.gz"))
    assert 2 < len(files) < 20
    assert sum(path.stat().st_size for path in files) <= 3000
    assert own.lost == 0
    # Each file stands by itself.
    for path in files:
        assert open_recording(path).report.frames > 0


def test_when_the_memory_is_full_the_newest_rows_are_left_out_and_counted(
    tmp_path: Path, pty: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "ROWS_AT_MOST", 10)
    device = a_suite(tmp_path, pty).beds["1"].devices["oximeter"]
    own = a_recorder(tmp_path / "full")
    tap = own.tap("1", device)
    assert tap is not None
    for n in range(25):
        data = encode_df8(Oximetry(spo2=70 + n, pulse_rate=70))
        tap(data, Instant(1_767_607_200_000_000 + n * 1_000_000))
    own._write()
    (path,) = (tmp_path / "full").glob("*.gz")
    times, values = open_recording(path).series(Signal.SPO2)
    assert (len(times), own.lost) == (10, 15)
    assert values.tolist() == [float(70 + n) for n in range(10)]


def test_a_disk_that_refuses_is_counted_and_tried_again(
    tmp_path: Path, pty: PseudoTerminal
) -> None:
    device = a_suite(tmp_path, pty).beds["1"].devices["oximeter"]
    folder = tmp_path / "place"
    folder.write_text("a file is where the folder should be")
    own = a_recorder(folder)
    tap = own.tap("1", device)
    assert tap is not None
    tap(encode_df8(Oximetry(spo2=97, pulse_rate=70)), Instant(1_767_607_200_000_000))
    own._write()
    assert (own.lost, bool(own.failing)) == (1, True)
    folder.unlink()
    tap(encode_df8(Oximetry(spo2=96, pulse_rate=70)), Instant(1_767_607_201_000_000))
    own._write()
    assert (own.lost, own.failing) == (1, "")
    (path,) = folder.glob("*.gz")
    assert open_recording(path).series(Signal.SPO2)[1].tolist() == [96.0]


def test_a_write_that_breaks_off_hides_nothing_that_comes_after_it(
    tmp_path: Path, pty: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = a_suite(tmp_path, pty).beds["1"].devices["oximeter"]
    own = a_recorder(tmp_path / "half")
    tap = own.tap("1", device)
    assert tap is not None
    opened = Path.open

    class Full:
        """The disk takes half of what it is given."""

        def __init__(self, path: Path) -> None:
            self.path = path

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def write(self, data: bytes) -> None:
            with opened(self.path, "ab") as file:
                file.write(data[: len(data) // 2])
            raise OSError(28, "No space left on device")

    for n, full in enumerate((False, True, False)):
        data = encode_df8(Oximetry(spo2=90 + n, pulse_rate=70))
        tap(data, Instant(1_767_607_200_000_000 + n * 1_000_000))
        with monkeypatch.context() as patch:
            if full:
                patch.setattr(Path, "open", lambda path, *_: Full(path))
            own._write()
    assert own.lost == 1
    values = [
        open_recording(path).series(Signal.SPO2)[1].tolist()
        for path in sorted((tmp_path / "half").glob("*.gz"))
    ]
    assert values == [[90.0], [92.0]]


async def test_a_hanging_disk_delays_no_alarm(
    tmp_path: Path, pty: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FLUSH_S", 0.1)
    monkeypatch.setattr(recorder, "ROWS_AT_MOST", 5)
    hang, hanging = threading.Event(), threading.Event()

    def append(*_: object) -> None:
        hanging.set()
        hang.wait(30)

    monkeypatch.setattr(Recorder, "_append", append)
    finger = Finger(pty)
    try:
        async with live(recording_paper(tmp_path, pty)) as ward, running(finger.run()):
            await ward.desk.infuse("1")
            await asyncio.to_thread(hanging.wait, 10)
            assert hanging.is_set()
            finger.spo2 = 80
            # No delay is configured for high.
            await ward.until("spo2_low", "start")

            async def lost() -> float:
                answer = await ward.desk._client.get("/metrics")
                rows = answer.text.splitlines()
                return float(
                    next(r for r in rows if r.startswith("monitord_recording_lost_total")).split()[
                        1
                    ]
                )

            for _ in range(50):
                if await lost() > 0:
                    break
                await asyncio.sleep(0.1)
            assert await lost() > 0
    finally:
        hang.set()


def test_a_device_without_a_line_is_recorded_as_what_it_said(
    tmp_path: Path, pty: PseudoTerminal
) -> None:
    own = a_recorder(tmp_path / "mqtt")
    paper = Paper(
        folder=tmp_path,
        beds={"1": {"oximeter": {"driver": "mqtt", "broker": "mqtt://localhost", "topic": "x"}}},
        destinations=DESTINATIONS,
    )
    device = read_suite(paper.write(), load_plugins()).beds["1"].devices["oximeter"]
    assert own.tap("1", device) is None
    frame = Frame(samples=(Sample(signal=Signal.SPO2, value=93.0),))
    wave = Wave(name="pleth", rate_hz=2.0, values=(1, 2))
    at = Instant(1_767_607_200_000_000)
    own.said("1", "oximeter", frame, at)
    own.said("1", "oximeter", wave, at)
    own._write()
    (path,) = (tmp_path / "mqtt").glob("*.gz")
    recording = open_recording(path)
    assert list(recording.stream()) == [(at, frame)]
    assert [w for _, w in recording.waves()] == [wave]
