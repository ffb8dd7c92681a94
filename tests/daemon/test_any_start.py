"""The daemon starts in any state of its surroundings; `tests/faults` has the whole list, here are the cheap ones."""

import asyncio
import threading
from pathlib import Path

import httpx2
import pytest

from devices.port_opening import opened_in_time
from monitord.daemon.health import start_pause
from monitord.errors import DeviceError
from tests.peers import until
from tests.ward import BRIEF, ward

STATION = "destination:station"


def test_a_certificate_that_cannot_be_used_stops_the_page_only(tmp_path: Path) -> None:
    with ward(tmp_path, watch=BRIEF) as suite:
        document = suite.document()
        document["station"] = {
            "port": suite.port,
            "tls": {"certificate": "none.pem", "key": "none.key"},
        }
        suite.write(document)
        suite.start(wait=False)
        suite.until(lambda: suite.pager.lines(STATION))
        told = suite.pager.lines(STATION)[0].line
        assert told["priority"] == "high"
        assert "none.pem" in told["text"]
        suite.oximeters["1"].spo2 = 70
        suite.until(lambda: suite.pager.lines("spo2_low"))
        # Never in the clear instead.
        with pytest.raises(httpx2.ConnectError):
            suite.get("/api/beds")


def test_starts_that_fail_again_and_again_wait_longer_each_time(tmp_path: Path) -> None:
    pauses = [start_pause.pause_after(tmp_path) for _ in range(8)]
    assert pauses == [0, 1, 2, 4, 8, 16, 30, 30]
    start_pause.started(tmp_path)
    assert start_pause.pause_after(tmp_path) == 0
    assert start_pause.pause_after(None) == 0


class Line:
    """A line that opens when the test says so."""

    def __init__(self) -> None:
        self.opens = threading.Event()
        self.closed = threading.Event()

    def open(self) -> "Line":
        self.opens.wait()
        return self

    def close(self) -> None:
        self.closed.set()


async def test_a_line_that_hangs_as_it_is_opened_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("devices.port_opening.OPEN_LIMIT_S", 0.05)
    line = Line()
    try:
        with pytest.raises(DeviceError, match="it hangs"):
            await opened_in_time("/dev/broken", line.open)
        # Not a thread more with every attempt.
        threads = threading.active_count()
        with pytest.raises(DeviceError, match="still hangs"):
            await opened_in_time("/dev/broken", line.open)
        assert threading.active_count() == threads
    finally:
        line.opens.set()
    opened = Line()
    opened.opens.set()
    await until(line.closed.is_set)  # it came too late: nobody has it open
    assert await opened_in_time("/dev/broken", opened.open) is opened


@pytest.mark.parametrize("turns", range(1, 6))
async def test_a_line_that_is_opened_as_it_is_given_up_stays_open_for_nobody(turns: int) -> None:
    line = Line()
    line.opens.set()
    task = asyncio.create_task(opened_in_time(f"/dev/line{turns}", line.open))
    for _ in range(turns):
        await asyncio.sleep(0.002)
    task.cancel()
    (found,) = await asyncio.gather(task, return_exceptions=True)
    if found is not line:
        await until(line.closed.is_set)


async def test_a_line_that_is_opened_after_the_loop_is_gone_is_closed() -> None:
    line = Line()

    def one_run() -> None:
        async def given_up() -> None:
            task = asyncio.create_task(opened_in_time("/dev/late", line.open))
            await asyncio.sleep(0.01)
            task.cancel()

        asyncio.run(given_up())

    await asyncio.to_thread(one_run)
    line.opens.set()
    await until(line.closed.is_set)
