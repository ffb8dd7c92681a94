"""Messages from a pump: they ask, and move nothing."""

from monitord.engine.rules.level import Level
from monitord.engine.rules.pump import PumpRule
from monitord.model import SECOND, Signal
from tests.builders import LOW, MEDIUM, Bed, admitted, infusing, with_rules

RULE = PumpRule(
    levels=(
        Level(priority=LOW, delay=30 * SECOND),
        Level(priority=MEDIUM, delay=120 * SECOND),
    )
)
GIVEN = with_rules(pump_differs=RULE)


def pump(bed: Bed, running: bool, for_s: int) -> None:
    """The pump says so every 5 s."""
    for _ in range(for_s // 5):
        bed.frame({Signal.INFUSION_RUNNING: float(running)}, source="pump")
        bed.wait("5s")


def test_a_pump_that_runs_before_staff_said_so_asks() -> None:
    bed = admitted(GIVEN)
    pump(bed, running=True, for_s=40)
    assert bed.story("pump_differs") == ["30s start low"]
    assert (
        bed.last("pump_differs").text
        == "Pump is running but no infusion is entered: has it started?"
    )


def test_it_moves_no_phase_and_no_limit() -> None:
    bed = admitted(GIVEN)
    pump(bed, running=True, for_s=60)
    session = bed.state.session
    assert session
    assert (session.phase, session.infusion, session.steps) == ("pre", None, ())
    bed.nibp(165)
    assert bed.story("sbp_high")[0].endswith("start medium")


def test_the_question_ends_when_staff_enter_it() -> None:
    bed = admitted(GIVEN)
    pump(bed, running=True, for_s=40)
    bed.start_infusion()
    assert bed.story("pump_differs")[-1] == "40s clear low"


def test_a_pump_that_stands_during_the_infusion_asks() -> None:
    bed = infusing(GIVEN)
    pump(bed, running=False, for_s=125)
    assert bed.story("pump_differs") == ["30s start low", "2min escalate medium"]
    assert (
        bed.last("pump_differs").text
        == "Pump has stopped but the infusion is entered as running: paused or over?"
    )
    assert bed.state.session
    assert bed.state.session.infusion == "running"


def test_a_pump_that_stands_in_an_entered_pause_asks_nothing() -> None:
    bed = infusing(GIVEN)
    bed.pause_infusion()
    pump(bed, running=False, for_s=60)
    assert bed.story("pump_differs") == []
    pump(bed, running=True, for_s=40)
    assert (
        bed.last("pump_differs").text
        == "Pump is running but the infusion is entered as paused: resumed?"
    )


def test_a_silent_pump_asks_nothing_and_answers_nothing() -> None:
    bed = infusing(GIVEN)
    pump(bed, running=False, for_s=40)
    bed.wait("10min")
    assert bed.story("pump_differs") == ["30s start low"]


def test_an_empty_bed_is_not_asked() -> None:
    bed = Bed(GIVEN)
    pump(bed, running=True, for_s=200)
    assert bed.story("pump_differs") == []
