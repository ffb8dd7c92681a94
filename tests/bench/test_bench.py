"""The benchmarks themselves: a run without anybody beside it ends, and its load is what it says."""

import json
import sys
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest

from tests.bench import __main__ as bench
from tests.bench import load, machine, peers
from tests.bench.figures import Result
from tests.bench.load import Load
from tests.bench.wire import Wire
from tests.peers import Mosquitto


def broken(**_: bool) -> Result:
    raise OSError("no room")


def impossible(**_: bool) -> Result:
    pytest.skip("mosquitto is not on this machine")


def sound(**_: bool) -> Result:
    result = Result(workload="W3", title="sound")
    result.add("monitord", "1 bed", "ms", 2.0)
    return result


def test_each_workload_has_its_line_though_one_breaks_and_one_cannot_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, run in {"a": broken, "b": impossible, "c": sound}.items():
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(run=run))
    monkeypatch.setattr(bench, "MODULES", {"W1": "a", "W2": "b", "W3": "c"})
    monkeypatch.setattr(machine, "prefer", lambda: None)
    monkeypatch.setattr(bench, "configure", lambda _out: None)
    monkeypatch.setattr(sys, "argv", ["bench", "--quick"])
    assert bench.main() == 1
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines() if row[:1] == "{"]
    assert [row["workload"] for row in rows] == ["W1", "W2", "W3"]
    assert rows[0]["skipped"] == ["OSError: no room"]
    assert rows[1]["skipped"] == ["mosquitto is not on this machine"]
    assert rows[2]["rows"][0]["median"] == 2.0


def test_a_peer_that_cannot_be_had_is_asked_for_once() -> None:
    asked = []

    def get(name: str) -> str:
        asked.append(name)
        raise peers.MissingError("no registry answers")

    had = peers._once(get)
    for _ in range(2):
        with pytest.raises(peers.MissingError, match="no registry"):
            had("gmqtt")
    assert asked == ["gmqtt"]


def test_a_command_that_hangs_is_a_peer_that_is_missing() -> None:
    with pytest.raises(peers.MissingError, match="timed out"):
        peers.output("sleep", "sleep", "60", seconds=0)


@pytest.mark.peer("mosquitto")
def test_two_runs_of_one_load_keep_their_pace(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "PATIENCE_S", 0.0)  # nobody answers
    ear = Wire(mosquitto.port, "ear")
    ear.subscribe("suite/+/oximeter")
    oximeters = Load(mosquitto.port, ["1"])
    for _ in range(2):
        oximeters.run(0.2, rate_hz=10)
    times: list[float] = []
    give_up = time.monotonic() + 5
    while len(times) < 4 and time.monotonic() < give_up:
        times += [json.loads(payload)["t"] for _, payload in ear.heard(1)]
    oximeters.close()
    ear.close()
    assert len(times) == 4
    # A sample with the time of the one before it would be no news, and its alarm never heard.
    assert all(later - sooner > 0.05 for sooner, later in pairwise(times))
