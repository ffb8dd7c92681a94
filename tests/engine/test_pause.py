"""ALARM PAUSED: technical alarms of a bed are paused for two minutes, seen and not heard."""

from hypothesis import given
from hypothesis import strategies as st

from monitord.engine.explain import as_text
from monitord.engine.state import STATE
from monitord.model import AlarmLine, Kind
from tests.builders import Bed, infusing, settings


def heard(bed: Bed) -> list[AlarmLine]:
    return [line for line in bed.lines if line.kind is Kind.TECHNICAL and not line.inhibited_by]


def test_a_probe_that_is_moved_in_a_pause_is_shown_and_told_to_nobody() -> None:
    bed = infusing().spo2(97, "10s")
    assert bed.pause_alarms() is None
    bed.probe_off("100s")
    assert {line.inhibited_by for line in bed.lines if line.alarm == "spo2_stale"} == {
        "alarm_paused"
    }
    assert heard(bed) == []
    assert "told to nobody: staff paused equipment alarms" in as_text(bed.state)


def test_after_two_minutes_what_is_still_there_is_told() -> None:
    bed = infusing().spo2(97, "10s")
    bed.pause_alarms()
    until = bed.now
    bed.probe_off("4min")
    first = heard(bed)[0]
    assert first.alarm == "spo2_stale"
    # It was staff's decision: at its end what is still absent is told at once.
    assert (first.at - until) / 1_000_000 == 120


def test_alarms_of_the_patient_and_help_do_not_pause() -> None:
    bed = infusing()
    bed.pause_alarms()
    bed.spo2(84, "30s")
    bed.call_help()
    told = {line.alarm for line in bed.lines if not line.inhibited_by}
    assert {"spo2_low", "help"} <= told


def test_the_suites_own_faults_cannot_be_paused() -> None:
    assert Bed(settings(bed=None)).pause_alarms() == "Only the equipment of a chair can be paused"


@given(st.lists(st.sampled_from(["spo2", "off", "silent", "pause", "kill"]), max_size=25))
def test_no_pause_outlasts_two_minutes_and_none_counts_as_forgotten(steps: list[str]) -> None:
    bed = infusing().spo2(97, "5s")
    paused_at = bed.now - 10**9
    for step in steps:
        match step:
            case "spo2":
                bed.spo2(97, "20s")
            case "off":
                bed.probe_off("20s")
            case "silent":
                bed.wait("45s")
            case "pause":
                bed.pause_alarms()
                paused_at = bed.now
            case _:
                assert STATE.validate_json(STATE.dump_json(bed.state)) == bed.state
        if bed.now - paused_at > 120_000_000:
            held = [track.alarm for track in bed.state.tracks if track.alarm]
            assert "alarm_paused" not in {alarm.inhibited_by for alarm in held}
    assert not any(line.alarm.startswith("forgotten") for line in bed.lines)
