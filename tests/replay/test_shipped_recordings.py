"""The recordings that come with monitord: they say simulated, and replay with their alarms."""

from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import read_protocol, shipped
from monitord.model import AlarmEvent, Priority, Signal
from monitord.replay.recordings.events_csv import read_events
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import replay_file

EXPORT = shipped("recordings/infusion.csv")
CAPTURE = shipped("recordings/oximeter.jsonl")


def test_the_export_carries_oximeter_and_cuff_and_is_marked_simulated() -> None:
    recording = open_recording(EXPORT)
    assert recording.simulated
    assert recording.signals == {
        Signal.SPO2,
        Signal.PULSE_RATE,
        Signal.NIBP_SYS,
        Signal.NIBP_DIA,
        Signal.NIBP_MAP,
    }


def test_both_desaturations_and_the_probe_off_raise_alarms_in_order() -> None:
    events = shipped("recordings/infusion.events.csv")
    result = replay_file(
        str(EXPORT), read_protocol("ketamine_iv_0_5_40"), ReplayOptions(events=events)
    )
    starts = [line for line in result.lines if line.event is AlarmEvent.START]
    wanted = ["moaas_low", "spo2_absent", "pulse_rate_absent", "spo2_low", "spo2_low"]
    assert [line.alarm for line in starts if line.alarm in wanted] == wanted
    truths = read_events(events, start=open_recording(EXPORT).start).truths
    low = [line for line in starts if line.alarm == "spo2_low"]
    assert [truths[0].at < low[0].at < truths[1].at, truths[1].at < low[1].at] == [True, True]
    assert [line.priority for line in low] == [Priority.MEDIUM, Priority.HIGH]
    assert all(line.simulated for line in low)


def test_the_capture_is_decoded_by_the_driver_and_its_probe_off_is_told() -> None:
    result = replay_file(str(CAPTURE), read_protocol("ketamine_iv_0_5_40"))
    assert "spo2_absent" in {line.alarm for line in result.lines}


def test_the_command_of_the_readme_prints_json_lines_and_a_table() -> None:
    out = CliRunner().invoke(app, ["replay", str(EXPORT), "-p", "ketamine_iv_0_5_40"])
    assert out.exit_code == 0
    assert out.stdout.startswith('{"schema": 1, "replay": true')
    assert "SIMULATED" in out.stderr
    assert "spo2_low                1       1       0       2" in out.stderr
