"""A visit that staff bridge by hand, and two of them at one chair: what is entered, refused and offered."""

from monitord.config.protocol.protocols import read_protocol
from monitord.engine.protocol.protocol import Source
from monitord.engine.staff import checklist
from monitord.model import MINUTE, SYMPTOMS, Instant, Quality, Signal, StartInfusion
from tests.builders import CUFF, OXIMETER, Bed, admitted, infusing, settings, starts

NAME = "ketamine_iv_0_5_40"


def measure(bed: Bed, sys: float = 118, dia: float = 74) -> None:
    """A pressure by stethoscope, a pulse and a saturation read off a spot-check oximeter, breaths counted."""
    bed.observe(
        {
            Signal.NIBP_SYS: sys,
            Signal.NIBP_DIA: dia,
            Signal.RESP_RATE: 14,
            Signal.SPO2: 97,
            Signal.PULSE_RATE: 70,
        }
    )


def ask(bed: Bed) -> None:
    bed.observe({Signal.MOAAS: 5, **dict.fromkeys(sorted(SYMPTOMS), 0.0)})


def watched(bed: Bed, minutes: int) -> None:
    """The oximeter speaks, slowly enough for a long story."""
    for n in range(minutes * 4):
        bed.frame({Signal.SPO2: 97, Signal.PULSE_RATE: 70 + n % 3})
        bed.wait("15s")


def test_a_broken_cuff_is_bridged_by_hand_to_the_end_without_an_override() -> None:
    """No device counts breaths either, and the oximeter is off when the patient leaves."""
    sources = {
        OXIMETER: Source(signals=(Signal.SPO2, Signal.PULSE_RATE), interval=15_000_000),
        CUFF: Source(signals=(Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP)),
    }
    bed = Bed(settings(sources=sources, protocols={NAME: read_protocol(NAME)}))
    assert bed.admit(protocol=NAME) is None
    bed.start_baseline()
    for question in ("consent", "escort", "equipment"):
        bed.answer_question(question)
    measure(bed)
    ask(bed)
    watched(bed, 5)
    measure(bed, 120)
    assert bed.start_infusion() is None
    nothing = dict.fromkeys((Signal.NIBP_SYS, Signal.NIBP_DIA))
    for n in range(8):
        bed.frame(nothing, source=CUFF, quality=Quality.CUFF_ERROR)
        measure(bed, 120 + n % 2)
        ask(bed)
        watched(bed, 5)
    assert bed.stop_infusion() is None
    for n in range(12):
        measure(bed, 120 + n % 2)
        ask(bed)
        watched(bed, 10)
    late = [line.alarm for line in starts(bed.lines) if line.alarm.endswith("_overdue")]
    assert late == []
    measure(bed, 119)
    ask(bed)
    # Taken off, and a minute of dressing.
    bed.wait("60s")
    for question in ("walks", "leaves_with"):
        bed.answer_question(question)
    unmet = [point.says for point in checklist.discharge_list(bed.state) if not point.met]
    assert unmet == []
    assert bed.discharge() is None


def test_what_a_person_read_off_counts_for_a_list_and_watches_nobody() -> None:
    """It ends no alarm of absence: a spot check is no monitoring."""
    bed = Bed(
        settings(
            sources={OXIMETER: Source(signals=(Signal.SPO2, Signal.PULSE_RATE))},
            protocols={NAME: read_protocol(NAME)},
        )
    )
    bed.admit(protocol=NAME)
    bed.observe({Signal.SPO2: 97})
    bed.wait("14min")
    held = {point.name: point.met for point in checklist.discharge_list(bed.state)}
    assert held["leave_spo2"]
    assert "spo2_absent" in {line.alarm for line in starts(bed.lines)}
    bed.wait("2min")
    held = {point.name: point.met for point in checklist.discharge_list(bed.state)}
    assert not held["leave_spo2"]


def test_who_comes_second_to_a_chair_learns_who_was_first() -> None:
    bed = Bed()
    assert bed.admit(by="Ann") is None
    bed.wait("60s")
    assert bed.admit("s2", by="Bea") == "Ann admitted somebody at this chair 60 s ago"


def test_what_two_enter_is_taken_once_and_the_second_learns_who_was_quicker() -> None:
    bed = admitted()
    assert bed.start_baseline(by="Ann") is None
    bed.wait("20s")
    assert bed.start_baseline(by="Bea") == "Ann was quicker: entered 20 s ago"
    assert bed.start_baseline(by="Ann") == "Entered already, 20 s ago"


def test_long_after_it_the_stage_itself_is_the_reason() -> None:
    bed = infusing()
    bed.wait("20min")
    assert bed.start_infusion(by="Bea") == (
        "Cannot start infusion at this stage (infusion, running)"
    )


def test_a_start_before_the_baseline_says_which_baseline_and_goes_in_without_it() -> None:
    bed = admitted()
    bed.frame({Signal.SPO2: 97})
    bed.nibp(120)
    bed.wait("5min")
    begun = Instant(bed.now - 3 * MINUTE)
    assert bed.start_baseline(by="Ann", id="b1") is None
    bed.wait("60s")
    late = {"happened_at": begun, "by": "Bea", "override": "forgotten"}
    assert bed.act(StartInfusion, **late) == ("Begins before the baseline that Ann began 60 s ago")
    assert bed.void("b1") is None
    assert bed.act(StartInfusion, **late) is None
    assert bed.state.session is not None
    assert bed.state.session.infusion_started == begun
