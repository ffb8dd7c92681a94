"""What the daemon says of itself: numbers for Prometheus, health for a proxy, logs without a patient in them."""

import re
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.ward import Ward, ward

OXIMETER = (("bed", "1"), ("device", "oximeter"))
NOTE = "patient says the ceiling breathes"


def samples(suite: Ward) -> dict[tuple[str, tuple[Any, ...]], float]:
    text = suite.get("/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_numbers_follow_what_happens(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        suite.oximeters["1"].noise = b"garbage"
        suite.until(lambda: samples(suite).get(("monitord_link_up", OXIMETER)) == 1)
        suite.oximeters["1"].spo2 = 70
        suite.until(lambda: suite.pager.lines("spo2_low"))
        suite.until(
            lambda: samples(suite).get(
                ("monitord_delivery_seconds_count", (("destination", "pager"),))
            ),
        )
        found = samples(suite)
        assert found["monitord_frames_total", OXIMETER] >= 1
        assert found["monitord_bytes_rejected_total", OXIMETER] >= 7
        assert found["monitord_decision_seconds_count", ()] > 3
        step = tuple(sorted({**dict(OXIMETER), "signal": "spo2", "why": "step"}.items()))
        assert found["monitord_samples_disbelieved_total", step] >= 1
        started = {"bed": "1", "alarm": "spo2_low", "event": "start", "priority": "high"}
        labels = tuple(sorted({**started, "kind": "physiological"}.items()))
        assert found["monitord_alarm_lines_total", labels] == 1
        # What a busy machine left to do is done in the end.
        suite.until(lambda: samples(suite)["monitord_queue_length", (("queue", "inbox"),)] < 10)
        lag = "monitord_queue_lag_seconds", (("queue", "outbox pager"),)
        suite.until(lambda: samples(suite)[lag] < 5)
        assert found["monitord_journal_up", ()] == 1
        assert found["monitord_sessions_open", ()] == 0


def test_health_is_for_machines(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        assert suite.get("/health/live").json() == {"live": True}
        ready = suite.get("/health/ready")
        assert ready.status_code == 200
        assert ready.json()["destinations"] == {"pager": True, "desk": True}


def test_log_lines_of_a_bed_name_its_session_and_nothing_of_the_patient(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        session = suite.admit("1")
        suite.act("1", type="observe", values={"resp_rate": 13}, note=NOTE)
        suite.oximeters["1"].spo2 = 71
        suite.until(lambda: suite.pager.lines("spo2_low"))
        suite.oximeters["1"].unplug()
        suite.until(lambda: any(line["event"] == "device_link_lost" for line in suite.logged()))
        covered = {
            dict(labels)["watch"]
            for (name, labels) in samples(suite)
            if name == "monitord_coverage_seconds" and ("signal", "spo2") in labels
        }
        assert "monitored" in covered
        of_the_bed = [line for line in suite.logged() if line.get("bed") == "1"]
        assert {"alarm", "device_link_up", "device_link_lost"} <= {
            line["event"] for line in of_the_bed
        }
        later = of_the_bed[[line["event"] for line in of_the_bed].index("alarm") :]
        assert {line["session"] for line in later} == {session}
        suite.stop()
        # Standard error is the terminal notifier's: its lines are alarms, not logs.
        numbers = {"timestamp", "id", "session", "port"}
        said = [{k: v for k, v in line.items() if k not in numbers} for line in suite.logged()]
        for secret in (NOTE, "P-1", "71", "nurse 1"):
            assert secret not in str(said)


def test_the_dashboard_asks_only_for_numbers_that_exist(tmp_path: Path) -> None:
    dashboard = (Path(__file__).parents[2] / "docs" / "dashboard.json").read_text()
    asked = set(re.findall(r"monitord_\w+", dashboard))
    with ward(tmp_path) as suite:
        suite.start()
        found = set(re.findall(r"^# TYPE (\w+)", suite.get("/metrics").text, re.MULTILINE))
    found |= {f"{name}_bucket" for name in found}
    assert asked - found == set()
