"""Devices that change places: what serves where follows from the swaps, and a swap has a way back."""

from hypothesis import given
from hypothesis import strategies as st

from monitord.engine.engine import Engine
from monitord.engine.protocol.device_swaps import Placed, after
from monitord.engine.protocol.protocol import Settings, Source, canonical
from monitord.engine.state import STATE
from monitord.model import (
    SECOND,
    Answered,
    Cause,
    Configured,
    Event,
    Fault,
    Instant,
    Signal,
    SwapDevice,
    Void,
    in_words,
)
from tests.builders import OXIMETER, T0, Bed, settings, watch

PLACES: list[tuple[str | None, str]] = [
    *((bed, name) for bed in ("1", "2") for name in ("oximeter", "cuff")),
    *((None, name) for name in ("pocket", "trolley")),
]


def swap(
    here: tuple[str, str] = ("1", "oximeter"), there: tuple[str | None, str] = (None, "pocket")
) -> SwapDevice:
    """The mark of each entry is its own place, as the suite file has it."""
    return SwapDevice(
        id="s",
        by="nurse",
        bed=here[0],
        device=here[1],
        with_bed=there[0],
        with_device=there[1],
        entry=f"{here}",
        with_entry=f"{there}",
    )


@st.composite
def swaps(draw: st.DrawFn) -> SwapDevice:
    here = draw(st.sampled_from([(bed, name) for bed, name in PLACES if bed is not None]))
    there = draw(st.sampled_from([place for place in PLACES if place != here]))
    return swap(here, there)


@given(st.lists(swaps(), max_size=8))
def test_every_device_serves_in_exactly_one_place(history: list[SwapDevice]) -> None:
    placed: tuple[Placed, ...] = ()
    for each in history:
        placed = after(placed, each)
    assert {each.place for each in placed} == {each.origin for each in placed}
    assert len({each.origin for each in placed}) == len(placed)
    # A device carries the mark of its own entry wherever it goes.
    assert all(each.entry == f"{each.origin}" for each in placed)


@given(st.lists(swaps(), max_size=8), swaps())
def test_swapping_twice_changes_nothing(history: list[SwapDevice], twice: SwapDevice) -> None:
    placed: tuple[Placed, ...] = ()
    for each in history:
        placed = after(placed, each)
    assert set(after(after(placed, twice), twice)) == set(placed)


def suite_engine() -> Engine:
    engine = Engine(None)
    own = Settings(suite="test", bed=None, watch=watch())
    engine.step(Event(at=T0, bed=None, body=Configured(digest="x", document=canonical(own))))
    return engine


def refused(engine: Engine, bed: str | None, action: SwapDevice) -> str | None:
    effects = engine.step(Event(at=engine.now, bed=bed, body=action))
    (answered,) = (each for each in effects if isinstance(each, Answered))
    return answered.refused


def test_the_suites_engine_knows_what_was_swapped_also_from_a_snapshot() -> None:
    engine = suite_engine()
    assert refused(engine, None, swap()) is None
    (at_bed,) = (each for each in engine.state.swapped if each.bed == "1")
    assert (at_bed.device, at_bed.origin) == ("oximeter", (None, "pocket"))
    restored = Engine(None, STATE.validate_json(STATE.dump_json(engine.state)))
    assert restored.state == engine.state


def test_a_snapshot_from_before_there_were_swaps_is_read() -> None:
    state = STATE.dump_python(suite_engine().state, mode="json")
    del state["settings"]["placed"]
    assert STATE.validate_python(state).swapped == ()


def test_the_swaps_stay_when_the_suites_settings_come_again_with_them() -> None:
    engine = suite_engine()
    refused(engine, None, swap())
    kept = engine.state.swapped
    given = Settings(suite="test", bed=None, watch=watch(), placed=kept)
    anew = Engine(None)
    anew.step(Event(at=T0, bed=None, body=Configured(digest="y", document=canonical(given))))
    assert anew.state.swapped == kept


def test_one_device_cannot_change_with_itself() -> None:
    same = swap(there=("1", "oximeter"))
    assert refused(suite_engine(), None, same) == "That is one and the same device: choose another"


def test_at_a_bed_a_swap_is_an_entry_of_the_session_that_is_not_taken_back() -> None:
    bed = Bed()
    assert refused(bed.engine, "1", swap()) == "No session is open at this chair"
    bed.admit()
    assert refused(bed.engine, "1", swap()) is None
    assert bed.state.session is not None
    (step,) = bed.state.session.steps
    assert isinstance(step.action, SwapDevice)
    assert in_words(step.action.said) == "spare pocket as oximeter"
    assert in_words(swap(there=("2", "cuff")).said) == "cuff of chair 2 as oximeter"
    assert bed.state.swapped == ()
    assert bed.act(Void, action="s") == "A device that was swapped is swapped back, not taken back"


SPARE = settings(sources={OXIMETER: Source(signals=(Signal.SPO2,), of="spare pocket")})


def test_what_the_broken_device_said_of_itself_ends_with_the_swap() -> None:
    bed = Bed()
    bed.send(Fault(cause=Cause.DEVICE, subject=OXIMETER, present=True, detail="broken"))
    bed.wait("30s")
    assert bed.alarm(f"device:{OXIMETER}") is not None
    bed.configure(SPARE)
    assert bed.state.faults == ()
    assert bed.alarm(f"device:{OXIMETER}") is None


def test_the_same_device_under_new_settings_keeps_its_fault() -> None:
    bed = Bed()
    bed.send(Fault(cause=Cause.DEVICE, subject=OXIMETER, present=True, detail="broken"))
    bed.configure(settings(sources={OXIMETER: Source(signals=(Signal.SPO2,), interval=SECOND)}))
    assert len(bed.state.faults) == 1


def test_a_device_whose_clock_is_behind_is_believed_at_once_after_the_swap() -> None:
    bed = Bed()
    for _ in range(5):
        bed.frame({Signal.SPO2: 97}, measured_at=bed.now)
        bed.wait("1s")
    bed.configure(SPARE)
    for i in range(3):
        bed.frame({Signal.SPO2: 91}, measured_at=Instant(T0 - 3600 * SECOND + i * SECOND))
        bed.wait("1s")
    (reading,) = (each for each in bed.state.readings if each.signal is Signal.SPO2)
    assert reading.value == 91
