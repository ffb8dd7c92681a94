"""The tile of one bed, from the engine's state alone."""

import dataclasses
import json
from typing import Any

from monitord.engine.protocol.protocol import Stage
from monitord.engine.readings.reading import Away
from monitord.engine.state import Baseline, State, Step
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmPhase,
    Frame,
    Instant,
    Observe,
    Quality,
    Sample,
    Signal,
    StartBaseline,
    StartInfusion,
    StopInfusion,
)
from monitord.station.views.alarm_view import alarm_views
from monitord.station.views.bed_view import bed_view
from monitord.station.views.trend_view import SPAN, STEP, Trend
from monitord.station.views.views import jsonable
from monitord.station.views.visit_view import step_views
from tests.builders_station import (
    CUFF,
    NOW,
    due,
    line,
    reading,
    session,
    state,
    track,
    vitals,
)


def tile_of(bed: str, state: State, label: str, now: Instant) -> Any:
    """The tile as the page gets it."""
    return jsonable(bed_view(bed, state, label, now))


def alarms_of(state: State) -> list[Any]:
    return [jsonable(each) for each in alarm_views(state)]


def test_a_tile_is_json_and_small() -> None:
    tile = tile_of("1", state("1", visit=session(), readings=vitals()), "Chair 1", NOW)
    text = json.dumps(tile, allow_nan=False)
    assert json.loads(text) == tile
    assert len(text) < 4000


def test_phase_and_its_planned_end_are_shown_in_the_protocols_words() -> None:
    shown = tile_of("1", state("1", visit=session(minutes=12)), "Chair 1", NOW)["session"]
    assert shown is not None
    assert (shown["phase"], shown["phase_title"]) == ("infusion", "Infusion")
    assert shown["protocol"] == "ketamine@1"
    assert shown["title"] == "Ketamine IV 0.5 mg/kg over 40 min"
    assert shown["ends"] is not None
    assert shown["ends"] - shown["since"] == 40 * 60 * 1000


def test_a_bed_without_a_session_offers_the_protocols_and_is_watched_with_the_suites_limits() -> (
    None
):
    tile = tile_of("2", state("2", readings=vitals()), "Chair 2", NOW)
    assert tile["session"] is None
    (choice,) = tile["protocols"]
    assert choice["name"] == "ketamine"
    assert (choice["title"], choice["overlays"]) == ("Ketamine IV 0.5 mg/kg over 40 min", [])
    spo2 = tile["signals"][0]
    assert [limit["text"] for limit in spo2["limits"]] == ["<85", "<90"]


def test_a_discharged_session_is_not_shown() -> None:
    import dataclasses

    gone = dataclasses.replace(session(), stage=Stage.DISCHARGED)
    assert tile_of("1", state("1", visit=gone), "Chair 1", NOW)["session"] is None


def test_limits_in_force_stand_at_their_signal_worst_first_with_their_delay() -> None:
    tile = tile_of("1", state("1", visit=session(), readings=vitals()), "Chair 1", NOW)
    plain = {"own": False, "low": True}
    shown = tile["signals"][0]["limits"]
    assert [each.pop("says")["key"] for each in shown] == ["view.limit.for"] * 2
    assert shown == [
        {"text": "<85", "reached": "<85", "words": "below 85 for 5 s", "priority": "high",
         "delay": "5s", "first": False, **plain},
        {"text": "<90", "reached": "<90", "words": "below 90 for 15 s", "priority": "medium",
         "delay": "15s", "first": True, **plain},
    ]  # fmt: skip


def test_a_reading_carries_its_quality_and_until_when_it_speaks() -> None:
    off = reading(Signal.SPO2, None, quality=Quality.PROBE_OFF)
    spo2 = tile_of("1", state("1", readings=(off,)), "Chair 1", NOW)["signals"][0]
    assert (spo2["value"], spo2["quality"]) == (None, "probe_off")
    assert spo2["at"] == NOW // 1000
    assert spo2["fresh_until"] == NOW // 1000 + 10_000


def test_a_signal_that_never_came_is_shown_as_missing() -> None:
    tile = tile_of("1", state("1"), "Chair 1", NOW)
    assert [(s["signal"], s["value"], s["at"]) for s in tile["signals"][:1]] == [
        ("spo2", None, None)
    ]


def test_a_number_that_json_cannot_hold_is_missing_not_a_crash() -> None:
    tile = tile_of("1", state("1", readings=(reading(Signal.SPO2, float("nan")),)), "1", NOW)
    assert tile["signals"][0]["value"] is None


def test_an_alarm_that_is_over_is_not_shown_a_latched_one_is() -> None:
    tracks = (
        track(line("1", "over"), phase=AlarmPhase.INACTIVE),
        track(line("1", "held"), phase=AlarmPhase.LATCHED),
    )
    (shown,) = alarms_of(state("1", tracks=tracks))
    assert (shown["key"], shown["phase"]) == ("held", "latched")


def test_an_alarm_says_value_limit_answer_and_next_telling() -> None:
    answered = track(line("1"), phase=AlarmPhase.ANSWERED, answered_by="AB")
    (alarm,) = alarms_of(state("1", tracks=(answered,)))
    assert (alarm["value"], alarm["limit"], alarm["unit"]) == (86.0, 90.0, "%")
    assert alarm["answered_by"] == "AB"
    assert alarm["next_at"] == NOW // 1000 + 30_000


def test_a_first_word_says_that_it_is_one_of_two_readings() -> None:
    first = track(line("1"), unconfirmed=True)
    (alarm,) = alarms_of(state("1", tracks=(first,)))
    assert alarm["text"].endswith("(1 of 2 readings)")


def test_what_is_due_first_comes_first_with_its_title() -> None:
    items = (
        due("scales", Instant(NOW + 9 * MINUTE), Signal.MOAAS, Signal.NAUSEA),
        due("nibp", Instant(NOW + MINUTE), *CUFF),
    )
    shown = tile_of("1", state("1", visit=session(), due=items), "Chair 1", NOW)["due"]
    assert [(item["title"], item["manual"]) for item in shown] == [
        ("NIBP", False),
        ("Sedation and symptoms", True),
    ]


def test_a_rule_idles_where_nothing_measures_its_signal() -> None:
    tile = tile_of("1", state("1", visit=session(), readings=vitals()), "Chair 1", NOW)
    (idle,) = tile["idle"]
    said = (idle["rule"], idle["why"], idle["what"]["key"], idle["says"]["key"])
    assert said == (
        "Breathing slow",
        "nothing measures breathing rate here",
        "as_written",
        "view.idle",
    )


def test_one_simulated_source_marks_the_whole_tile() -> None:
    assert tile_of("1", state("1", simulated=True), "Chair 1", NOW)["simulated"]
    assert tile_of("1", state("1", readings=vitals(simulated=True)), "Chair 1", NOW)["simulated"]
    assert not tile_of("1", state("1", readings=vitals()), "Chair 1", NOW)["simulated"]


def test_a_trend_keeps_a_point_a_step_and_forgets_the_oldest() -> None:
    trend = Trend()
    for n in range(SPAN // STEP + 10):
        at = Instant(NOW + n * STEP)
        trend.add(state("1", readings=vitals(at=at)), at)
        trend.add(state("1", readings=vitals(at=at)), Instant(at + 1))
    columns = jsonable(trend.view())
    assert len(columns["at"]) == SPAN // STEP
    assert columns["at"][0] == (NOW + 10 * STEP) // 1000


def test_a_trend_has_a_gap_where_no_usable_reading_speaks() -> None:
    trend = Trend()
    trend.add(state("1", readings=vitals()), NOW)
    trend.add(state("1", readings=vitals()), Instant(NOW + 20 * SECOND))
    assert jsonable(trend.view())["spo2"] == [97, None]


def test_a_trend_knows_when_a_phase_began() -> None:
    trend = Trend()
    trend.add(state("1"), NOW)
    trend.add(state("1", visit=session(minutes=1)), NOW)
    assert [(phase["name"], phase["title"]) for phase in jsonable(trend.view())["phases"]] == [
        (None, ""),
        ("infusion", "Infusion"),
    ]


def test_the_newest_entries_come_first_with_what_was_entered() -> None:
    import dataclasses

    steps = (
        Step(action=StartInfusion(id="a", by="AB", override="SBP known"), at=NOW),
        Step(
            action=Observe(
                id="b", by="CD", values={Signal.NAUSEA: 2}, happened_at=Instant(NOW + 1)
            ),
            at=Instant(NOW + MINUTE),
            voided=True,
        ),
    )
    visit = dataclasses.replace(session(), steps=steps)
    shown = tile_of("1", state("1", visit=visit), "Chair 1", NOW)["session"]
    assert shown is not None
    assert [(step["type"], step["text"], step["voided"]) for step in shown["steps"]] == [
        ("observe", "moderate nausea", True),
        ("start_infusion", "", False),
    ]
    assert [step.text for step in step_views(steps, whole=True)] == ["moderate nausea", "SBP known"]
    assert shown["steps"][0]["at"] == NOW // 1000
    assert shown["steps"][0]["entered_at"] == (NOW + MINUTE) // 1000


def test_scores_of_nothing_are_counted_in_the_words_of_an_entry() -> None:
    scales = (Signal.NAUSEA, Signal.VOMITING, Signal.DIZZINESS)
    looked = Observe(
        id="o", by="AB", values={Signal.MOAAS: 5, **dict.fromkeys(scales, 0)}, note="well"
    )
    one = Observe(id="p", by="AB", values={Signal.NAUSEA: 0})
    steps = tuple(Step(action=action, at=NOW) for action in (looked, one))
    shown = tile_of(
        "1", state("1", visit=dataclasses.replace(session(), steps=steps)), "Chair 1", NOW
    )
    assert shown["session"] is not None
    texts = [step["text"] for step in shown["session"]["steps"]]
    assert texts == ["no nausea", "MOAA/S 5: awake, 3 scores 0"]
    texts = [step.text for step in step_views(steps, whole=True)]
    assert texts == ["no nausea", "MOAA/S 5: awake, 3 scores 0, well"]


def test_an_entry_carries_what_was_entered_so_that_it_can_be_entered_again_otherwise() -> None:
    seen = Observe(id="o1", by="AB", values={Signal.NAUSEA: 2.0}, note="pale")
    stopped = StopInfusion(id="s1", by="AB", happened_at=NOW, reason="early")
    steps = tuple(Step(action=action, at=NOW) for action in (seen, stopped))
    visit = dataclasses.replace(session(), steps=steps)
    newest, oldest = step_views(steps, whole=True)
    assert newest.entered == {"reason": "early"}
    assert oldest.entered == {"values": {"nausea": 2.0}, "note": "pale"}
    # What somebody wrote in their own words is in the bed's own detail alone.
    shown = tile_of("1", state("1", visit=visit), "Chair 1", NOW)["session"]
    assert shown is not None
    assert [step["entered"] for step in shown["steps"]] == [{}, {"values": {"nausea": 2.0}}]


def test_who_is_away_and_the_patients_own_values_are_shown() -> None:
    away = Away(action="a", reason="toilet", by="AB", since=NOW, until=Instant(NOW + 5 * MINUTE))
    own = Baseline(signal=Signal.NIBP_SYS, value=118, by="AB", at=NOW, action="b")
    visit = dataclasses.replace(session("early"), away=away, baseline=(own,))
    shown = tile_of("1", state("1", visit=visit), "Chair 1", NOW)["session"]
    assert shown is not None
    assert shown["away"] is not None
    assert (shown["away"]["reason"], shown["away"]["by"]) == ("toilet", "AB")
    assert [(each["label"], each["value"]) for each in shown["baseline"]] == [("SBP", 118)]
    assert shown["may_leave"] == 0


def frame(*values: tuple[Signal, float | None]) -> Frame:
    return Frame(
        samples=tuple(
            Sample(
                signal=signal,
                value=value,
                quality=Quality.GOOD if value is not None else Quality.PROBE_OFF,
            )
            for signal, value in values
        )
    )


def test_a_trend_moves_the_begin_of_a_phase_with_an_entry_that_came_late() -> None:
    trend = Trend()
    trend.add(state("1", visit=session(minutes=0)), NOW)
    trend.add(state("1", visit=session(minutes=7)), NOW)
    (phase,) = jsonable(trend.view())["phases"]
    assert (phase["name"], phase["at"]) == ("infusion", (NOW - 7 * MINUTE) // 1000)


def test_a_trend_is_recalled_from_the_record_with_its_gaps_phases_and_pressures() -> None:
    started = StartInfusion(id="a", by="AB", happened_at=Instant(NOW - 12 * MINUTE))
    baseline = StartBaseline(id="b", by="AB", happened_at=Instant(NOW - 26 * MINUTE))
    steps = tuple(Step(action=action, at=NOW) for action in (baseline, started))
    visit = dataclasses.replace(session(), steps=steps)
    begin = visit.opened_at
    past = [(Instant(begin + n * SECOND), frame((Signal.SPO2, 97.0))) for n in range(60)]
    past += [(Instant(begin + n * SECOND), frame((Signal.SPO2, None))) for n in range(60, 120)]
    cuff = frame((Signal.NIBP_SYS, 120.0), (Signal.NIBP_DIA, 80.0), (Signal.NIBP_MAP, 93.0))
    past += [(NOW, cuff)]
    trend = Trend()
    seen = state("1", visit=visit, readings=vitals(95), now=Instant(NOW + SECOND))
    trend.add(seen, seen.now)
    trend.recall(seen, past)
    shown = jsonable(trend.view())
    assert shown["at"] == sorted(set(shown["at"]))
    assert (shown["at"][0], shown["at"][-1]) == (begin // 1000, NOW // 1000 + 1000)
    assert shown["spo2"][:12] == [97.0] * 12
    assert set(shown["spo2"][12:-1]) == {None}
    assert shown["spo2"][-1] == 95.0
    assert shown["pressures"] == [{"at": NOW // 1000, "sys": 120.0, "dia": 80.0, "mean": 93.0}]
    assert [each["name"] for each in shown["phases"]] == ["pre", "infusion"]


def test_a_pressure_has_the_mean_and_the_diastolic_of_its_own_measurement_alone() -> None:
    trend = Trend()
    earlier = Instant(NOW - 5 * MINUTE)
    readings = (
        reading(Signal.NIBP_SYS, 128),
        reading(Signal.NIBP_DIA, 81, at=earlier),
        reading(Signal.NIBP_MAP, 97),
    )
    trend.add(state("1", readings=readings), NOW)
    assert jsonable(trend.view())["pressures"] == [
        {"at": NOW // 1000, "sys": 128, "dia": None, "mean": 97}
    ]


def test_a_trend_of_nothing_recorded_keeps_what_was_seen() -> None:
    trend = Trend()
    trend.add(state("1", visit=session(), readings=vitals(95)), NOW)
    trend.recall(state("1", visit=session(), readings=vitals(95)), [])
    assert jsonable(trend.view())["spo2"] == [95.0]
