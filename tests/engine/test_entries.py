"""What staff entered by hand: taken back where it was a slip, and never of another time."""

from dataclasses import fields
from typing import Any

import pytest

from monitord.model import HOUR, MINUTE, SECOND, Instant, Priority, Quality, Signal
from monitord.model.actions import ACTION_TYPES
from tests.builders import CUFF, Bed, admitted, infusing

MOAAS = Signal.MOAAS


def value(bed: Bed, signal: Signal) -> float | None:
    found = [each.value for each in bed.state.readings if each.signal is signal]
    return found[0] if found else None


def test_a_slip_taken_back_brings_back_the_entry_before_it_with_its_alarm() -> None:
    bed = infusing()
    bed.observe({MOAAS: 1})
    bed.acknowledge("moaas_low")
    bed.wait("1min")
    bed.observe({MOAAS: 5}, id="slip")
    assert bed.last("moaas_low").event == "clear"
    bed.wait("4min")
    assert bed.void("slip") is None
    assert value(bed, MOAAS) == 1
    assert bed.story("moaas_low")[-1] == "5min start high"
    assert bed.told[-1].startswith("5min")


def test_a_slip_that_alarmed_ends_with_the_entry_before_it() -> None:
    bed = infusing()
    bed.observe({MOAAS: 5})
    bed.wait("1min")
    bed.observe({MOAAS: 0}, id="slip")
    assert bed.last("moaas_low").event == "start"
    bed.wait("5s")
    bed.void("slip")
    assert value(bed, MOAAS) == 5
    # Nobody had answered: it latches, as any high alarm that is over.
    assert bed.last("moaas_low").event == "latch"


def test_the_reading_of_a_device_comes_back_too() -> None:
    bed = infusing()
    bed.nibp(128, 82)
    bed.wait("6min")
    bed.observe({Signal.NIBP_SYS: 228, Signal.NIBP_DIA: 82}, id="slip")
    assert bed.alarm("sbp_high")
    bed.wait("5s")
    bed.void("slip")
    kept = {each.signal: each for each in bed.state.readings}
    assert (kept[Signal.NIBP_SYS].value, kept[Signal.NIBP_SYS].source) == (128, CUFF)
    assert bed.last("sbp_high").event in {"latch", "clear"}


def test_of_several_entries_the_latest_that_stands_counts() -> None:
    bed = infusing()
    for number, score in enumerate((5, 4, 3)):
        bed.observe({MOAAS: score}, id=f"e{number}")
        bed.wait("1min")
    bed.void("e1")
    assert value(bed, MOAAS) == 3
    bed.void("e2")
    assert value(bed, MOAAS) == 5
    bed.void("e0")
    assert value(bed, MOAAS) is None


def test_an_entry_brought_back_speaks_as_long_as_it_would_have() -> None:
    bed = infusing()
    bed.observe({MOAAS: 2})
    bed.acknowledge("moaas_low")
    bed.wait("25min")
    bed.observe({MOAAS: 5}, id="slip")
    bed.wait("10min")
    bed.void("slip")
    (kept,) = [each for each in bed.state.readings if each.signal is MOAAS]
    # 30 min from when it was entered: it is no reading of now any more.
    assert not kept.usable_at(bed.now)


def test_a_slip_taken_back_is_due_again() -> None:
    bed = infusing()
    bed.observe({Signal.NIBP_SYS: 120, Signal.NIBP_DIA: 80})
    bed.wait("4min")
    bed.observe({Signal.NIBP_SYS: 180, Signal.NIBP_DIA: 80}, id="slip")
    bed.void("slip")
    (due,) = [each for each in bed.state.due if each.item == "nibp"]
    assert due.due - bed.now == MINUTE


def test_what_was_typed_by_mistake_confirms_nothing() -> None:
    bed = infusing()
    bed.observe({Signal.NIBP_SYS: 185}, id="slip")
    bed.wait("1min")
    bed.observe({Signal.NIBP_SYS: 120})
    bed.void("slip")
    bed.wait("1min")
    kept = [each.taken for each in bed.state.recent if each.signal is Signal.NIBP_SYS]
    assert [each.value for each in kept[0]][-1:] == [120]
    assert 185 not in [each.value for each in kept[0]]


def test_a_corrected_entry_takes_the_place_of_the_slip() -> None:
    """As the page does it: the right one for the same time, then the slip is taken back."""
    bed = infusing()
    bed.observe({Signal.NIBP_SYS: 230, Signal.NIBP_DIA: 80}, id="slip")
    entered = bed.now
    bed.wait("1min")
    bed.observe({Signal.NIBP_SYS: 130, Signal.NIBP_DIA: 80}, happened_at=entered)
    bed.void("slip")
    assert value(bed, Signal.NIBP_SYS) == 130
    (kept,) = [each.taken for each in bed.state.recent if each.signal is Signal.NIBP_SYS]
    assert [each.value for each in kept][-1] == 130
    assert 230 not in [each.value for each in kept]


def test_a_snapshot_between_slip_and_correction_changes_nothing() -> None:
    bed = infusing()
    bed.nibp(128, 82)
    bed.wait("6min")
    bed.observe({Signal.NIBP_SYS: 228, Signal.NIBP_DIA: 82}, id="slip")
    bed.snapshot()
    bed.void("slip")
    assert value(bed, Signal.NIBP_SYS) == 128


def test_a_device_that_spoke_since_keeps_the_word() -> None:
    bed = infusing()
    bed.observe({Signal.NIBP_SYS: 228}, id="slip")
    bed.wait("1min")
    bed.nibp(131, 80)
    bed.void("slip")
    assert value(bed, Signal.NIBP_SYS) == 131


_FILLED: dict[str, Any] = {
    "session": "s9",
    "protocol": "small",
    "rule": "spo2_low",
    "priority": Priority.HIGH,
    "was": "<90",
    "limit": "<91",
    "values": {MOAAS: 5.0},
    "form": "epds",
    "answers": {},
    "note": "said",
    "prompt": "peak",
    "done": "said",
    "question": "escort",
    "yes": True,
    "to": "2",
    "alarm": "s1/spo2_low/1",
    "action": "a1",
    "findings": (),
    "bed": "1",
    "device": "oximeter",
    "with_bed": None,
    "with_device": "spare",
    "reason": "why",
}


@pytest.mark.parametrize("name", sorted(ACTION_TYPES))
@pytest.mark.parametrize(
    ("ago", "sentence"),
    [(-SECOND, "That time is still to come"), (4 * HOUR + SECOND, "That is more than 4 hours ago")],
)
def test_no_action_of_another_time_is_taken(name: str, ago: int, sentence: str) -> None:
    """A clock that is wrong, or a slip of the keyboard: the answer says which."""
    kind = ACTION_TYPES[name]
    own = {each.name for each in fields(kind)} & _FILLED.keys()
    bed = admitted()
    refused = bed.act(kind, happened_at=Instant(bed.now - ago), **{k: _FILLED[k] for k in own})
    assert refused == sentence


def test_the_quality_of_what_comes_back_is_good() -> None:
    bed = infusing()
    bed.observe({MOAAS: 2})
    bed.observe({MOAAS: 5}, id="slip")
    bed.void("slip")
    (kept,) = [each for each in bed.state.readings if each.signal is MOAAS]
    assert kept.quality is Quality.GOOD
