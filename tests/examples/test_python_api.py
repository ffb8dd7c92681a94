"""The Python door: what goes in comes out again, in datetimes, and what cannot be done is said."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from monitord import api as md
from monitord.api import data_table
from monitord.engine.rules.limit import LimitRule
from monitord.errors import ConfigError, RecordingError
from monitord.model import SECOND
from monitord.replay.replay_console import replay_command
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import replay_file
from tests.record.journaled import an_infusion

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "config" / "recordings"
HEAVY = ("numpy", "pydantic", "pandas", "polars", "sqlalchemy", "ruamel")
AT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def protocol() -> md.Protocol:
    return md.Protocol.load("ketamine_iv_0_5_40")


@pytest.fixture(scope="module")
def night() -> md.Recording:
    return md.read(RECORDINGS / "infusion.csv")


@pytest.fixture(scope="module")
def result(night: md.Recording, protocol: md.Protocol) -> md.Result:
    return md.replay(night, protocol)


def spo2_low(protocol: md.Protocol) -> LimitRule:
    return protocol.value.rules_of(LimitRule)["spo2_low"]


def test_the_import_alone_loads_no_library() -> None:
    program = f"import sys; from monitord import api; print(set({HEAVY}) & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_result_is_what_the_command_gives_and_can_be_iterated_twice(
    result: md.Result, protocol: md.Protocol
) -> None:
    told = tuple(replay_file(str(RECORDINGS / "infusion.csv"), protocol.value).lines)
    assert result.told == told
    assert list(result) == list(result) != []
    assert {row["at"].tzinfo for row in result} == {UTC}
    assert {row["priority"] for row in result} <= {"low", "medium", "high"}
    assert all(row["simulated"] for row in result), "the twin's mark travels"


def test_alarms_are_a_row_each_as_long_as_they_lasted(result: md.Result) -> None:
    for row in result.alarms:
        assert (row["end"] - row["start"]).total_seconds() == row["lasted_s"] or row["end"] is None
    assert "spo2_low" in {row["alarm"] for row in result.alarms}


def test_coverage_counts_what_is_not_there_as_never_known(result: md.Result) -> None:
    known = {row["signal"]: row["known"] for row in result.coverage}
    assert known["spo2"] == pytest.approx(0.984436)
    assert known["etco2"] == 0


def test_a_replay_is_explained_at_a_time(result: md.Result) -> None:
    alarm = next(row for row in result.alarms if row["alarm"] == "spo2_low")
    assert "(spo2_low): alarm" in result.explain(alarm["start"])
    assert "(spo2_low): alarm" not in result.explain(alarm["start"] - timedelta(microseconds=1))
    assert "876000" not in result.explain(alarm["start"]), "the step of a route to nobody"
    with pytest.raises(ValueError, match="no time zone"):
        result.explain(alarm["start"].replace(tzinfo=None))
    with pytest.raises(ValueError, match="is not within 2026"):
        result.explain(AT - timedelta(days=1))


def test_a_part_of_a_recording_is_chosen_by_datetimes(
    night: md.Recording, protocol: md.Protocol
) -> None:
    part = md.replay(
        night, protocol, start=AT + timedelta(minutes=10), end=AT + timedelta(minutes=30)
    )
    assert part.header["hours"] == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="no time zone"):
        md.replay(night, protocol, start=datetime(2026, 1, 5, 10, 10))  # noqa: DTZ001 - the point
    with pytest.raises(TypeError, match="only a journal"):
        md.replay(night)


def test_a_journal_is_replayed_under_its_own_protocol(tmp_path: Path) -> None:
    place = tmp_path / "journal.db"
    an_infusion(place)
    result = md.replay(place)
    assert list(result) == list(result) != []
    assert "spo2_low" in {row["alarm"] for row in result.alarms}
    with pytest.raises(RecordingError, match="monitord explain"):
        result.explain(AT)


def test_a_frame_of_pandas_and_back_gives_the_same_alarms(
    night: md.Recording, protocol: md.Protocol, result: md.Result
) -> None:
    pytest.importorskip("pandas")
    frame = night.to_pandas()
    assert str(frame["time"].dtype).endswith("UTC]")
    for given in (frame, frame.set_index("time"), frame.set_index("time").rename_axis(None)):
        again = md.Recording.from_pandas(given, patient=night.patient, simulated=True)
        assert again.signals == night.signals
        assert md.replay(again, protocol).alarms.rows == result.alarms.rows
    table = result.alarms.to_pandas()
    assert list(table["alarm"]) == [row["alarm"] for row in result.alarms]


def test_a_frame_with_names_and_a_zone_of_its_own_is_read_by_them() -> None:
    pandas = pytest.importorskip("pandas")
    times = pandas.date_range("2026-01-05 11:00:00", periods=60, freq="s")
    frame = pandas.DataFrame({"time": times, "Sat": 96.0})
    read = md.Recording.from_pandas(frame, columns={"spo2": "Sat"}, tz="Europe/Berlin")
    assert (read.start, read.signals, read.simulated) == (AT, ("spo2",), False)


def test_a_frame_of_polars_and_back_gives_the_same_numbers(night: md.Recording) -> None:
    pytest.importorskip("polars")
    again = md.Recording.from_polars(night.to_polars())
    assert (again.signals, again.start, again.end) == (night.signals, night.start, night.end)


def test_a_library_that_is_missing_is_named(
    night: md.Recording, result: md.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(data_table, "import_module", missing)
    for name, ask in (
        ("pandas", night.to_pandas),
        ("polars", night.to_polars),
        ("pandas", result.alarms.to_pandas),
        ("polars", result.alarms.to_polars),
    ):
        with pytest.raises(ImportError, match=f"{name} is not installed.*pip install {name}"):
            ask()


def test_a_changed_copy_is_another_protocol_and_the_first_stays(protocol: md.Protocol) -> None:
    before = protocol.identity
    milder = protocol.changed("spo2_low", "medium", was=90, limit=88, delay="20s")
    assert milder.identity != before == protocol.identity
    for levels in (spo2_low(milder).levels, *spo2_low(milder).phases.values()):
        found = [(str(e.limit), e.delay) for e in levels if e.priority.word == "medium"]
        assert ("<88", 20 * SECOND) in found, "also where a phase has levels for itself"
    alone = spo2_low(protocol.changed("spo2_low", "medium", was=90, phase="early", limit=88))
    assert [str(e.limit) for e in alone.levels] == [str(e.limit) for e in spo2_low(protocol).levels]
    assert "<88" in [str(e.limit) for e in alone.phases["early"]]
    assert (
        protocol.changed("spo2_low", "medium", was="<90", limit="<90", delay="15s").identity
        == before
    )
    assert "spo2_falling" not in protocol.without("spo2_falling").rules


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.changed("spo2_lo"), "did you mean 'spo2_low'"),
        (lambda p: p.changed("spo2_low", "medum", limit=88), "did you mean 'medium'"),
        (lambda p: p.changed("spo2_low", "medium", was=90, limt=88), "did you mean 'limit'"),
        (lambda p: p.changed("spo2_low", "medium", was=90, limit="88%"), "is not a limit"),
        (lambda p: p.changed("spo2_low", "medium", was=90, delay="soon"), "duration"),
        (lambda p: p.changed("spo2_low", "high", was=85, limit=95), "can never speak"),
        (lambda p: p.changed("spo2_low", "medium", phase="infusio", limit=88), "infusio"),
        (lambda p: p.changed("spo2_low", phase="infusion", hysteresis=1.0), "priority"),
        (lambda p: p.changed("spo2_low", "medium", limit=88), "is meant by was=: <90, <93"),
        (lambda p: p.changed("spo2_low", "medium", was=91, limit=88), "is meant by was=: <90, <93"),
        (lambda p: p.without("apnoea"), "emergency_apnoea"),
        (lambda p: p.without("apnea"), "did you mean 'apnoea'"),
    ],
)
def test_a_change_that_cannot_be_followed_is_refused(
    protocol: md.Protocol, change: object, words: str
) -> None:
    assert callable(change)
    with pytest.raises(ConfigError, match=words):
        change(protocol)


def test_two_results_differ_as_their_protocols_do(
    night: md.Recording, protocol: md.Protocol, result: md.Result
) -> None:
    milder = protocol.changed("spo2_low", "medium", was=90, limit=86)
    by_result = md.diff(result, md.replay(night, milder))
    by_protocol = md.diff(protocol, milder, RECORDINGS / "infusion.csv", phase="infusion")
    changed = [(row["change"], row["at"]) for row in by_result]
    assert changed == [(row["change"], row["at"]) for row in by_protocol] != []
    assert not md.diff(result, result)
    with pytest.raises(TypeError, match="folder"):
        md.diff(protocol, milder)


def test_a_back_test_and_a_sweep_are_tables(protocol: md.Protocol) -> None:
    load = md.backtest(RECORDINGS / "infusion.csv", protocol)
    assert load.facts["alarms"] == sum(row["all"] for row in load) > 0
    assert any("simulated" in note for note in load.notes)
    swept = md.sweep(RECORDINGS / "infusion.csv", protocol, "spo2_low medium limit=88,90")
    assert [row["limit"] for row in swept] == [88, 90]


def test_an_engine_of_ones_own_alarms_after_its_delay_and_goes_on_after_a_restart() -> None:
    engine = md.Engine(
        "1", "ketamine_iv_0_5_40", at=AT, sources={"oximeter": ["spo2"]}, simulated=True
    )
    (done,) = engine.act(AT, "admit", by="A", session="s1", protocol="ketamine_iv_0_5_40")
    assert (done["type"], done["refused"]) == ("answered", None)
    told = []
    for second in range(20):
        told += engine.hear(AT + timedelta(seconds=second), "oximeter", {"spo2": 88})
    (alarm,) = (row for row in told if row.get("alarm") == "spo2_low" and row["event"] == "start")
    assert (alarm["at"], alarm["simulated"]) == (AT + timedelta(seconds=15), True)
    assert engine.deadline is not None
    again, late = md.Engine.restored(engine.state, AT + timedelta(seconds=60))
    assert "spo2_absent" in {row.get("alarm") for row in late}
    again.fault(AT + timedelta(seconds=61), "oximeter", present=True)
    told = again.advance(AT + timedelta(minutes=10))
    assert "link:oximeter" in {row.get("alarm") for row in told}
    (refused,) = again.act(AT + timedelta(minutes=10), "start_infusion", by="A")
    assert refused["refused"]
    with pytest.raises(ValueError, match="did you mean 'admit'"):
        again.act(AT, "admitt", by="A")


def test_a_protocol_shows_which_one_it_is(protocol: md.Protocol) -> None:
    assert repr(protocol) == f"Protocol({protocol.identity})"


def test_a_replay_is_drawn_as_the_command_draws_it(
    night: md.Recording, protocol: md.Protocol, tmp_path: Path
) -> None:
    drawn = md.replay(night, protocol).to_html(tmp_path / "night.html")
    by_command = tmp_path / "command.html"
    replay_command(
        str(RECORDINGS / "infusion.csv"),
        "ketamine_iv_0_5_40",
        ReplayOptions(),
        speed="max",
        jsonl=None,
        html=by_command,
    )
    assert drawn.read_text() == by_command.read_text()


def test_a_session_is_exported_for_another_program(tmp_path: Path) -> None:
    place = tmp_path / "journal.db"
    an_infusion(place)
    made = md.export("1", tmp_path / "s.csv", "csv", database=place)
    assert [each.name for each in made] == ["s.csv", "s.events.csv", "s.alarms.csv"]
    assert "spo2" in md.read(made[0]).signals
    with pytest.raises(RecordingError, match="none of json, csv"):
        md.export("1", tmp_path / "s.xls", "xls", database=place)
    with pytest.raises(RecordingError, match="the page draws recordings"):
        md.replay(place).to_html(tmp_path / "journal.html")


def test_a_folder_and_a_file_of_several_patients_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="is a folder; name a file in it"):
        md.read(tmp_path)
    several = tmp_path / "ward.csv"
    several.write_text(
        "time,bed,spo2\n" + "".join(f"2026-01-05T10:00:0{at}Z,p{at % 2},97\n" for at in range(8))
    )
    columns = {"patient": "bed"}
    with pytest.raises(RecordingError, match=r'such as --patient p0 \(in Python: patient="p0"\)$'):
        md.read(several, columns=columns)
    assert md.read(several, columns=columns, patient="p1").patient == "p1"
