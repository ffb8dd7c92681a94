"""The visit: stages, phases, void, back-dating, carry-over, reload; the bed without a session."""

from dataclasses import replace

import pytest

from monitord.engine.protocol.criterion import ReadingCriterion
from monitord.engine.protocol.protocol import Phase, Stage
from monitord.engine.rules.level import Level
from monitord.engine.rules.overrun import OverrunRule
from monitord.model import HOUR, MINUTE, SECOND, Instant, Reason, Signal, StartInfusion
from tests.builders import (
    LOW,
    MEDIUM,
    T0,
    Bed,
    admitted,
    infusing,
    level,
    limit,
    protocol,
    settings,
    spo2_low,
    watch,
    with_protocol,
    with_rules,
)


def where(bed: Bed) -> tuple[str, str]:
    session = bed.state.session
    assert session
    return session.stage, session.phase


def test_a_visit_goes_through_its_stages() -> None:
    bed = admitted()
    assert where(bed) == ("admitted", "pre")
    bed.start_baseline()
    assert where(bed) == ("baseline", "pre")
    bed.start_infusion()
    assert where(bed) == ("infusion", "infusion")
    bed.stop_infusion()
    assert where(bed) == ("recovery", "early")
    bed.discharge()
    assert bed.state.session is None


def test_recovery_phases_follow_by_elapsed_time() -> None:
    bed = infusing()
    bed.stop_infusion()
    bed.wait("29min")
    assert where(bed) == ("recovery", "early")
    bed.wait("1min")
    assert where(bed) == ("recovery", "late")


def test_a_session_never_ends_by_itself() -> None:
    bed = infusing()
    bed.stop_infusion()
    for _ in range(48):
        bed.wait("1h")
    assert where(bed) == ("recovery", "late")


def test_an_infusion_never_stops_by_itself() -> None:
    bed = infusing()
    bed.wait("3h")
    assert where(bed) == ("infusion", "infusion")


def two_phases_of_infusion() -> Bed:
    phases = (
        Phase(name="pre", stage=Stage.BASELINE),
        Phase(name="load", stage=Stage.INFUSION, duration=10 * MINUTE),
        Phase(name="hold", stage=Stage.INFUSION, duration=30 * MINUTE),
        Phase(name="after", stage=Stage.RECOVERY),
    )
    plain = protocol()
    schedule = {"nibp": replace(plain.schedule["nibp"], every={"load": 5 * MINUTE})}
    rules = {k: r for k, r in plain.rules.items() if k != "sbp_high"}
    return infusing(with_protocol(phases=phases, schedule=schedule, rules=rules))


def test_a_pause_stops_the_clock_of_the_phase() -> None:
    bed = two_phases_of_infusion()
    bed.wait("8min")
    bed.pause_infusion()
    bed.wait("20min")
    assert where(bed) == ("infusion", "load")
    bed.resume_infusion()
    bed.wait("1min")
    assert where(bed) == ("infusion", "load")
    bed.wait("1min")
    assert where(bed) == ("infusion", "hold")


def test_a_pause_never_moves_the_beginning_of_a_phase() -> None:
    bed = two_phases_of_infusion()
    bed.wait("10min")
    began = bed.now
    bed.wait("2min")
    bed.pause_infusion()
    bed.wait("5min")
    bed.resume_infusion()
    session = bed.state.session
    assert session
    assert session.phase == "hold"
    assert session.phase_since == began
    assert session.phase_ends == began + 35 * MINUTE


def test_the_infusion_can_stop_while_paused() -> None:
    bed = infusing()
    bed.pause_infusion()
    assert bed.stop_infusion() is None
    assert where(bed)[0] == "recovery"


@pytest.mark.parametrize("action", ["stop_infusion", "pause_infusion", "resume_infusion"])
def test_an_action_that_does_not_fit_the_stage_is_refused(action: str) -> None:
    bed = admitted()
    refused = getattr(bed, action)()
    assert refused == f"Cannot {action.replace('_', ' ')} at this stage (admitted)"


def test_a_second_start_is_refused() -> None:
    bed = infusing()
    assert bed.start_infusion() == "Entered already, 0 s ago"


def test_a_back_dated_start_counts_from_when_it_happened() -> None:
    bed = admitted()
    bed.wait("10min")
    bed.start_infusion(happened_at=Instant(bed.now - 4 * MINUTE))
    session = bed.state.session
    assert session
    assert session.infusion_started == bed.now - 4 * MINUTE
    assert session.phase_ends == bed.now + 36 * MINUTE


def test_a_back_dated_stop_may_already_be_in_a_later_phase() -> None:
    bed = infusing()
    bed.wait("80min")
    bed.stop_infusion(happened_at=Instant(bed.now - 40 * MINUTE))
    assert where(bed) == ("recovery", "late")


def test_the_future_is_refused() -> None:
    bed = admitted()
    assert bed.start_infusion(happened_at=Instant(bed.now + SECOND)) == (
        "That time is still to come"
    )


def test_the_distant_past_is_refused() -> None:
    bed = admitted()
    long_ago = Instant(bed.now - 4 * HOUR - SECOND)
    assert bed.start_infusion(happened_at=long_ago) == "That is more than 4 hours ago"


def test_a_voided_start_never_was() -> None:
    bed = admitted()
    bed.act(StartInfusion, id="wrong")
    assert where(bed)[0] == "infusion"
    assert bed.void("wrong") is None
    assert where(bed) == ("admitted", "pre")


def test_voiding_rewrites_no_alarm() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    before = bed.story("spo2_low")
    bed.act(StartInfusion, id="x")
    stop = "stop-1"
    bed.stop_infusion(id=stop)
    bed.void(stop)
    assert bed.story("spo2_low") == before


def test_an_unknown_action_cannot_be_voided() -> None:
    assert admitted().void("nothing") == "There is no such entry to take back"


def test_a_voided_observation_leaves_the_alarm_to_the_next_one() -> None:
    bed = infusing()
    bed.observe({Signal.MOAAS: 1}, id="slip")
    assert bed.story("moaas_low") == ["0s start high"]
    bed.wait("5s")
    bed.void("slip")
    assert bed.alarm("moaas_low") is not None
    bed.observe({Signal.MOAAS: 5})
    assert bed.story("moaas_low")[-1] == "5s latch high"


def test_an_impossible_observation_is_refused() -> None:
    bed = infusing()
    assert bed.observe({Signal.MOAAS: 7}) == "MOAA/S 7 cannot be: enter 0 to 5"


def test_an_observation_older_than_the_latest_reading_changes_nothing() -> None:
    bed = infusing()
    bed.wait("5min")
    bed.observe({Signal.MOAAS: 5})
    bed.observe({Signal.MOAAS: 1}, happened_at=Instant(bed.now - 2 * MINUTE))
    assert bed.alarm("moaas_low") is None


def test_a_condition_already_true_at_admission_keeps_its_start() -> None:
    bed = Bed()
    bed.spo2(88, "10s")
    bed.admit()
    bed.mark()
    bed.spo2(88, "6s")
    assert bed.story("spo2_low") == ["5s start medium"]
    assert bed.last("spo2_low").since == bed.marked - 10 * SECOND


def test_an_alarm_of_the_empty_bed_begins_anew_in_the_session() -> None:
    bed = Bed()
    bed.spo2(88, "20s")
    bed.mark()
    bed.admit()
    ended, started = bed.of("spo2_low")
    assert (ended.event, ended.session, ended.reason) == ("end", None, Reason.SESSION_ENDED)
    assert (started.event, started.session) == ("start", "s1")
    assert started.since == T0


def test_a_bed_without_a_session_is_watched() -> None:
    bed = Bed()
    bed.spo2(88, "16s")
    line = bed.last("spo2_low")
    assert (line.session, line.phase) == (None, None)


def test_a_bed_with_good_readings_asks_whether_a_session_was_forgotten() -> None:
    bed = Bed()
    bed.spo2(97, "121s")
    assert bed.story("unstarted") == ["2min start low"]
    assert bed.last("unstarted").text == "SpO2 97 now: session not started?"
    bed.admit()
    assert bed.alarm("unstarted") is None


def test_an_empty_chair_asks_nothing() -> None:
    bed = Bed()
    bed.wait("10min")
    bed.probe_off("200s")
    assert bed.lines == []


def test_no_second_session_opens_on_a_bed() -> None:
    assert admitted().admit("s2") == "nurse admitted somebody at this chair 0 s ago"


def test_an_unknown_protocol_is_refused() -> None:
    assert (
        Bed().admit(protocol="other")
        == "No protocol called other; choose from the list of protocols"
    )


def test_session_actions_need_a_session() -> None:
    assert Bed().start_infusion() == "No session is open at this chair"


def test_nothing_of_a_patient_stays_after_discharge() -> None:
    bed = infusing()
    bed.nibp(195)
    bed.wait("5s")
    assert "Answer these alarms first" in str(bed.discharge())
    bed.acknowledge("sbp_high")
    assert str(bed.discharge()).startswith("Not yet: Systolic BP 195, even once")
    assert bed.discharge(override="goes to the ward") is None
    state = bed.state
    assert (state.readings, state.session, state.due) == ((), None, ())
    assert not [name for name, _ in state.timers]


def test_a_reload_never_touches_a_running_session() -> None:
    bed = infusing()
    stricter = spo2_low(levels=(level("<95", MEDIUM),))
    bed.configure(with_rules(spo2_low=stricter))
    bed.spo2(93, "30s")
    assert bed.story("spo2_low") == []
    bed.discharge()
    bed.admit("s2")
    bed.spo2(93, "1s")
    assert bed.last("spo2_low").session == "s2"


def test_a_reload_applies_at_once_on_an_empty_bed_and_keeps_a_pending_start() -> None:
    bed = Bed()
    bed.spo2(88, "10s")
    bed.configure(settings(watch=watch(version=2)))
    bed.spo2(88, "6s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_an_alarm_whose_rule_leaves_the_watch_ends() -> None:
    bed = Bed()
    bed.spo2(88, "16s")
    bed.configure(settings(watch=watch(rules={})))
    assert bed.story("spo2_low") == ["15s start medium", "16s end medium"]
    bed.configure(settings())
    bed.spo2(88, "16s")
    assert bed.last("spo2_low").id.endswith("/spo2_low/2")


def test_a_second_infusion_has_the_phase_and_the_clock_of_an_infusion() -> None:
    bed = infusing()
    bed.wait("40min")
    bed.stop_infusion()
    bed.wait("20min")
    assert where(bed) == ("recovery", "early")
    assert bed.start_infusion(override="second dose, as agreed") is None
    session = bed.state.session
    assert session
    assert where(bed) == ("infusion", "infusion")
    assert (session.infusion, session.phase_ends) == ("running", bed.now + 40 * MINUTE)
    assert (session.infusion_started, session.infusion_stopped) == (bed.now, None)
    # Measured as often as in any infusion, and judged by its limits.
    (due,) = [each for each in bed.state.due if each.item == "nibp"]
    assert due.interval == 5 * MINUTE
    bed.wait("10min")
    bed.pause_infusion()
    bed.wait("10min")
    bed.resume_infusion()
    after = bed.state.session
    assert after
    assert after.phase_ends == bed.now + 30 * MINUTE
    bed.stop_infusion()
    assert where(bed) == ("recovery", "early")


def test_a_second_infusion_asks_the_gate_again_and_a_running_one_is_not_started_again() -> None:
    gate = (ReadingCriterion(name="sbp", signal=Signal.NIBP_SYS, needs=limit("<=140")),)
    bed = admitted(with_protocol(gate=gate))
    bed.nibp(130)
    bed.start_infusion()
    assert bed.start_infusion() == "Entered already, 0 s ago"
    bed.stop_infusion()
    bed.nibp(150)
    assert str(bed.start_infusion()).startswith("Not yet: Systolic BP 150 now, must be 140 or less")


def test_a_voided_second_start_gives_back_the_recovery_of_the_first() -> None:
    bed = infusing()
    bed.wait("40min")
    bed.stop_infusion()
    stopped = bed.now
    bed.wait("5min")
    bed.start_infusion(id="second")
    bed.void("second")
    session = bed.state.session
    assert session
    assert where(bed) == ("recovery", "early")
    assert session.infusion_stopped == stopped


def test_a_drug_that_may_run_unsaid_is_asked_about_from_the_planned_end_of_the_preparation() -> (
    None
):
    unsaid = OverrunRule(
        of="preparation",
        levels=(Level(priority=LOW), Level(priority=MEDIUM, delay=15 * MINUTE)),
    )
    phases = (
        Phase(name="pre", stage=Stage.BASELINE, duration=15 * MINUTE),
        Phase(name="infusion", stage=Stage.INFUSION, duration=40 * MINUTE),
        Phase(name="after", stage=Stage.RECOVERY),
    )
    bed = admitted(with_protocol(rules={"unsaid": unsaid}, phases=phases, schedule={}))
    bed.start_baseline()
    bed.wait("31min")
    assert bed.story("unsaid") == ["15min start low", "30min escalate medium"]
    assert bed.last("unsaid").text.startswith("Infusion started?")
    bed.start_infusion()
    assert bed.story("unsaid")[-1] == "31min clear medium"


def test_a_preparation_that_is_entered_late_is_asked_about_when_it_is_entered() -> None:
    unsaid = OverrunRule(of="preparation", levels=(Level(priority=MEDIUM, delay=15 * MINUTE),))
    phases = (
        Phase(name="pre", stage=Stage.BASELINE, duration=15 * MINUTE),
        Phase(name="infusion", stage=Stage.INFUSION, duration=40 * MINUTE),
    )
    bed = admitted(with_protocol(rules={"unsaid": unsaid}, phases=phases, schedule={}))
    bed.start_baseline(happened_at=Instant(bed.now - 40 * MINUTE))
    bed.wait("16min")
    assert bed.story("unsaid") == ["15min start medium"]
