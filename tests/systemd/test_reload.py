"""SIGHUP: a good file is taken while patients are watched, a bad one is an alarm and changes nothing."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pager import Pager
from tests.peers import GENEROUS_S
from tests.ward import Ward, ward


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Ward]:
    with ward(tmp_path, beds=2) as running:
        running.start()
        yield running


def logged(suite: Ward, event: str) -> list[dict[str, Any]]:
    return [line for line in suite.logged() if line["event"] == event]


def links(suite: Ward) -> Any:
    return suite.get("/health/ready").json()["links"]


def reload(suite: Ward, document: dict[str, Any]) -> None:
    suite.write(document)
    suite.signal(signal.SIGHUP)


def test_only_the_device_whose_binding_changed_is_opened_anew(suite: Ward) -> None:
    suite.until(lambda: links(suite) == {"1/oximeter": True, "2/oximeter": True})
    session = suite.admit("1")
    before = len(logged(suite, "device_link_up"))
    document = suite.document()
    document["beds"]["2"]["devices"]["oximeter"]["silence"] = "9s"
    document["beds"]["2"]["label"] = "Door"
    reload(suite, document)
    suite.until(lambda: logged(suite, "reloaded"))
    suite.until(lambda: len(logged(suite, "device_link_up")) > before)
    changed = [line["what"] for line in logged(suite, "settings_changed")]
    assert changed == ["bed 2: now called Door", "bed 2: device oximeter changed"]
    assert suite.get("/health/ready").json()["settings_changed"] == changed
    (again,) = logged(suite, "device_link_up")[before:]
    assert (again["bed"], again["device"]) == ("2", "oximeter")
    beds = {each["bed"]: each for each in suite.get("/api/beds").json()["beds"]}
    assert beds["2"]["label"] == "Door"
    assert beds["1"]["session"]["id"] == session
    assert not suite.pager.calls


def test_a_bad_file_is_an_alarm_and_the_old_one_goes_on(suite: Ward) -> None:
    document = suite.document()
    reload(suite, {**document, "beds": {}})
    suite.until(lambda: suite.pager.lines("config:suite.yaml"), GENEROUS_S, "config alarm")
    suite.oximeters["1"].spo2 = 70
    suite.until(lambda: suite.pager.lines("spo2_low"), GENEROUS_S, "the old suite still watches")
    reload(suite, document)
    suite.until(
        lambda: suite.pager.lines("config:suite.yaml", "clear"), GENEROUS_S, "config alarm ends"
    )


def test_what_needs_a_restart_is_refused_by_name(suite: Ward) -> None:
    suite.admit("2")
    document = suite.document()
    del document["beds"]["2"]
    reload(suite, {**document, "suite": "other"})
    suite.until(lambda: logged(suite, "config_refused"))
    assert logged(suite, "config_refused")[0]["faults"] == [
        "suite: a change needs a restart",
        "beds.2: a session is open there, it cannot be taken out",
    ]


def test_a_bed_and_a_destination_come_and_go(suite: Ward) -> None:
    document = suite.document()
    other = Pager()
    try:
        document["destinations"]["pager"]["url"] = other.url
        document["beds"]["3"] = document["beds"].pop("2")
        reload(suite, document)
        suite.until(lambda: logged(suite, "reloaded"))
        suite.until(lambda: links(suite) == {"1/oximeter": True, "3/oximeter": True})
        suite.oximeters["2"].spo2 = 70
        suite.until(lambda: other.lines("spo2_low"), GENEROUS_S, "told by the new address")
        assert other.lines("spo2_low")[0].line["bed"] == "3"
        assert not suite.pager.lines("spo2_low")
    finally:
        other.close()
