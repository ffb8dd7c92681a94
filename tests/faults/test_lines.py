"""Lines that go, come, babble or flood: one bed's line is one bed's."""

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from tests.faults.table import desaturate, linked, memory_kb, row, starts
from tests.peers import free_port
from tests.ward import BRIEF, Ward, ward

FLOOD_S = 15.0


def test_a_storm_of_unplugging_ends_in_a_line_that_is_read(suite: Ward) -> None:
    dice = random.Random(8)
    suite.start()
    suite.until(lambda: linked(suite, "1"))
    assert suite.process
    folder = Path(f"/proc/{suite.process.pid}/fd")
    before = len(list(folder.iterdir()))
    for _ in range(40):
        suite.oximeters["1"].unplug()
        time.sleep(dice.uniform(0.02, 0.5))
        suite.oximeters["1"].plug()
        time.sleep(dice.uniform(0.02, 0.5))
    other = desaturate(suite, "2")
    plugged = time.monotonic()
    suite.until(lambda: linked(suite, "1"), what="the line is read again")
    back = time.monotonic() - plugged
    late = [other, desaturate(suite, "1")]
    assert len(starts(suite, "1")) == 1
    assert abs(len(list(folder.iterdir())) - before) <= 2
    row(
        suite,
        "port unplug storm",
        how="pseudo-terminal 40 times gone and back, 20 to 500 ms each",
        must="no reading invented, no descriptor leaked, read again within 10 s + silence",
        late=late,
        also=f"read again {back:.1f} s after the last",
    )


class Server:
    """A device server: `sending` False leaves the connection open and says nothing more."""

    def __init__(self) -> None:
        self.port = free_port()
        self.sending = True
        self.spo2 = 97
        self.accepted = 0
        self._end = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self._end.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with connection:
            while not self._end.wait(1 / 3):
                if self.sending:
                    try:
                        connection.send(encode_df8(Oximetry(spo2=self.spo2, pulse_rate=72)))
                    except OSError:
                        return

    def close(self) -> None:
        self._end.set()
        self._listener.close()


def test_a_half_open_connection_is_found_and_made_anew(tmp_path: Path) -> None:
    server = Server()
    with ward(tmp_path, beds=2, watch=BRIEF) as suite:
        try:
            document = suite.document()
            device = document["beds"]["1"]["devices"]["oximeter"]
            device["port"] = f"tcp://127.0.0.1:{server.port}"
            suite.write(document)
            suite.start()
            suite.until(lambda: linked(suite, "1"))
            server.sending = False
            stopped = time.monotonic()
            suite.until(lambda: starts(suite, "1", "link:oximeter"), what="link alarm")
            told = starts(suite, "1", "link:oximeter")[0].at - stopped
            late = [desaturate(suite, "2")]
            server.sending = True
            suite.until(lambda: linked(suite, "1"), what="connected anew")
            assert server.accepted >= 2
            row(
                suite,
                "half-open TCP",
                how="the device's server keeps the connection and says nothing more",
                must="lost after the silence (5 s), link alarm 10 s later; bed 2 untouched",
                late=late,
                also=f"link alarm after {told:.1f} s",
            )
        finally:
            server.close()


def test_a_pager_that_never_answers_delays_no_other_way(tmp_path: Path) -> None:
    with ward(tmp_path, beds=1, watch=BRIEF) as suite:
        document = suite.document()
        document["destinations"]["second"] = {"notifier": "webhook", "url": "http://127.0.0.1:9/"}
        with socket.create_server(("127.0.0.1", 0)) as mute:
            port = mute.getsockname()[1]
            document["destinations"]["second"]["url"] = f"http://127.0.0.1:{port}/"
            for priority in ("high", "medium"):
                document["routes"][priority]["tiers"][0]["to"] = ["second", "pager"]
            suite.write(document)
            suite.start()
            suite.until(lambda: linked(suite, "1"))
            late = [desaturate(suite, "1")]
            begun = time.monotonic()
            # One attempt is no fault yet, and what is over is not tried again: somebody else must be told of.
            suite.oximeters["1"].spo2 = 70
            suite.until(lambda: suite.pager.lines("destination:second"), what="its own alarm")
            told = suite.pager.lines("destination:second")[0].at - begun
        row(
            suite,
            "a destination that never answers",
            how="a listening socket that nobody reads",
            must="the other destination is told at once; its failure is an alarm by another route",
            late=late,
            also=f"destination alarm {told:.1f} s later",
        )


FLOOD = """
import os, signal, sys, time
# A shell that runs the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
descriptor, pieces, written = int(sys.argv[1]), [bytes.fromhex(p) for p in sys.argv[2:]], 0
print("begun", flush=True)
try:
    while True:
        for piece in pieces:
            try:
                written += os.write(descriptor, piece)
            except BlockingIOError:
                time.sleep(0.0005)
except KeyboardInterrupt:
    print(written, flush=True)
"""


@contextmanager
def flood(suite: Ward, bed: str, pieces: list[bytes]) -> Iterator[Callable[[], int]]:
    """A process of its own writes to the bed's line as fast as that takes it; how many bytes."""
    descriptor = suite.oximeters[bed].line.descriptor
    process = subprocess.Popen(
        [sys.executable, "-c", FLOOD, str(descriptor), *(piece.hex() for piece in pieces)],
        pass_fds=[descriptor],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    process.stdout.readline()

    def end() -> int:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        return int(process.communicate(timeout=10)[0])

    try:
        yield end
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("kind", ["garbage", "valid"])
def test_a_flood_on_one_bed_does_not_delay_another(suite: Ward, kind: str) -> None:
    dice = random.Random(8)
    suite.start()
    suite.until(lambda: linked(suite, "1"))
    usual = [desaturate(suite, "2") for _ in range(5)]
    before = memory_kb(suite)
    valid = encode_df8(Oximetry(spo2=97, pulse_rate=72)) * 256
    noise = [dice.randbytes(1024) for _ in range(16)]
    late = []
    with flood(suite, "1", noise if kind == "garbage" else [valid]) as end:
        begun = time.monotonic()
        while time.monotonic() < begun + FLOOD_S:
            late.append(desaturate(suite, "2"))
        seconds = time.monotonic() - begun
        written = end()
    grown = memory_kb(suite) - before
    shed = [call for call in suite.pager.calls if call.line["alarm"].startswith("overload")]
    assert median(late) <= 2 * median(usual)
    # As much as a full backlog of the journal takes.
    assert grown < 150_000
    if kind == "valid":
        suite.until(
            lambda: [c for c in suite.pager.calls if c.line["alarm"].startswith("overload")], 15
        )
        shed = [call for call in suite.pager.calls if call.line["alarm"].startswith("overload")]
        assert shed[0].line["bed"] == "1"
    rate = written / seconds
    row(
        suite,
        f"flood of {'garbage' if kind == 'garbage' else 'valid readings'}",
        how=f"bed 1, {rate / 1000:.0f} kB/s for {seconds:.0f} s"
        + (f" ({rate / 4:.0f} readings/s)" if kind == "valid" else ""),
        must="bed 2 is told in twice its usual time; memory bounded; what is shed is an alarm of bed 1",
        late=late,
        also=f"usual {median(usual):.2f} s; memory +{grown / 1024:.1f} MB"
        + (f"; overload alarm {shed[0].at - begun:.1f} s after the start" if shed else ""),
    )
