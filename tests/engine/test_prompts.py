"""What a protocol asks: it speaks, stays where it must, and moves nothing."""

from dataclasses import replace

from monitord.engine.explain import as_text
from monitord.engine.protocol.prompt import AlarmPrompt, WindowPrompt
from monitord.engine.protocol.protocol import Protocol, Settings
from monitord.engine.rules.level import Level
from monitord.engine.rules.overrun import OverrunRule
from monitord.engine.staff.standing_prompts import standing
from monitord.model import MINUTE, RecordDone, Signal
from tests.builders import HIGH, LOW, MEDIUM, Bed, infusing, protocol, rules, settings

OVERRUN = OverrunRule(
    of="infusion",
    only=("infusion",),
    levels=(Level(priority=LOW), Level(priority=MEDIUM, delay=10 * MINUTE)),
)
LONG_PAUSE = OverrunRule(
    of="pause", only=("infusion",), levels=(Level(priority=LOW, delay=5 * MINUTE),)
)
PROMPTS = {
    "sedated": AlarmPrompt(
        asks="Stop infusion?", rule="moaas_low", only=("infusion",), resume="after"
    ),
    "hypoxic": AlarmPrompt(
        asks="Stop infusion, do not resume?", rule="spo2_low", only=("infusion",), resume="never"
    ),
    "peak": WindowPrompt(asks="Peak", begin=30 * MINUTE, end=50 * MINUTE),
}


def given() -> Settings:
    asked = rules(overrun=OVERRUN, long_pause=LONG_PAUSE)
    return settings(protocols={"small": protocol(rules=asked, prompts=PROMPTS)})


def asked(bed: Bed) -> list[str]:
    return [each.name for each in standing(bed.state)]


def test_an_infusion_past_its_planned_end_is_asked_about_and_later_others_are() -> None:
    bed = infusing(given())
    bed.wait("55min")
    assert bed.story("overrun") == ["40min start low", "50min escalate medium"]
    assert bed.of("overrun")[0].text == (
        "Infusion over? The planned 40 min have passed: enter the end"
    )
    assert bed.told[-1] != "40min nurse start"


def test_a_pause_moves_the_planned_end() -> None:
    bed = infusing(given())
    bed.wait("10min").pause_infusion()
    bed.wait("4min").resume_infusion()
    bed.wait("30min")
    assert bed.story("overrun") == ["44min start low"]
    assert bed.story("long_pause") == []


def test_the_question_ends_when_staff_say_that_it_ended() -> None:
    bed = infusing(given())
    bed.wait("42min")
    bed.stop_infusion()
    assert bed.story("overrun") == ["40min start low", "42min end low"]
    assert bed.state.session
    assert bed.state.session.phase == "early"


def test_a_long_pause_is_asked_about() -> None:
    bed = infusing(given())
    bed.wait("10min").pause_infusion()
    bed.wait("6min")
    assert bed.story("long_pause") == ["15min start low"]
    assert bed.last("long_pause").text == (
        "Infusion paused: resume or end? Paused for 5 min: enter what you do"
    )


def test_nothing_that_is_asked_moves_a_phase_or_a_limit() -> None:
    """Design invariant 14: with and without prompts the session and the alarms are the same."""
    beds = [infusing(given()), infusing(replace(given(), protocols={"small": _silent()}))]
    for bed in beds:
        bed.observe({Signal.MOAAS: 1.0})
        bed.spo2(84, "20s")
        bed.wait("60min")
    one, other = beds
    assert one.state.session
    assert other.state.session
    assert replace(one.state.session, kept=()) == other.state.session
    assert one.story("spo2_low") == other.story("spo2_low")
    assert one.state.due == other.state.due
    assert asked(one) != asked(other) == []


def _silent() -> Protocol:
    return replace(
        given().protocols["small"], prompts={}, rules=rules(overrun=OVERRUN, long_pause=LONG_PAUSE)
    )


def test_deep_sedation_asks_to_stop_and_speaks_against_resuming_while_it_lasts() -> None:
    bed = infusing(given())
    bed.observe({Signal.MOAAS: 2.0})
    assert asked(bed) == ["sedated"]
    assert bed.alarm("moaas_low") is not None
    assert bed.pause_infusion() is None
    assert bed.resume_infusion() == (
        "MOAA/S 2: answers only to touch: not resumed; to go on all the same, write the reason"
    )
    bed.observe({Signal.MOAAS: 5.0})
    bed.wait("5s")
    bed.acknowledge("moaas_low")
    assert asked(bed) == []
    assert bed.resume_infusion() is None


def test_after_hypoxia_resuming_needs_a_reason_until_the_session_ends() -> None:
    bed = infusing(given())
    bed.spo2(84, "10s")
    bed.spo2(97, "30s")
    bed.acknowledge("spo2_low")
    assert bed.alarm("spo2_low") is None
    assert [(each.name, each.kept) for each in standing(bed.state)] == [("hypoxic", True)]
    bed.pause_infusion()
    assert bed.resume_infusion() == (
        "SpO2 84, below 85 for 5 s, 35 s ago: not resumed; to go on all the same, write the reason"
    )
    assert "it stays for this session" in as_text(bed.state)
    bed.snapshot()
    assert bed.resume_infusion() is not None
    assert bed.resume_infusion(override="probe had slipped, Dr. Example") is None


def test_a_time_to_look_closely_begins_and_ends_by_the_clock() -> None:
    bed = infusing(given())
    seen = {}
    for minute in (29, 30, 49, 50):
        bed.until(type(bed.now)(bed.marked + minute * MINUTE))
        seen[minute] = "peak" in asked(bed)
    assert seen == {29: False, 30: True, 49: True, 50: False}


def test_a_milder_alarm_and_another_phase_are_not_asked_about() -> None:
    bed = infusing(given())
    bed.observe({Signal.MOAAS: 3.0})
    alarm = bed.alarm("moaas_low")
    assert alarm
    assert alarm.priority < HIGH
    assert asked(bed) == []
    bed.stop_infusion()
    bed.observe({Signal.MOAAS: 1.0})
    assert asked(bed) == []


def test_what_was_done_after_a_prompt_is_an_entry_and_moves_nothing() -> None:
    bed = infusing(given())
    bed.wait("35min")
    assert asked(bed) == ["peak"]
    assert bed.act(RecordDone, prompt="peak", done="stayed at the chair") is None
    assert bed.state.session is not None
    last = bed.state.session.steps[-1].action
    assert isinstance(last, RecordDone)
    assert last.done == "stayed at the chair"
    assert asked(bed) == ["peak"]
    assert bed.act(RecordDone, prompt="nothing", done="x") == "This protocol does not ask that"
