"""Old is old from the first sample on: what counts, what is history, what is told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.engine.explain import as_text, explain
from monitord.engine.readings.arrival import Arrival, SourceClock, judge
from monitord.model import (
    HOUR,
    MINUTE,
    SECOND,
    Cause,
    Fault,
    Frame,
    Instant,
    Kind,
    Observe,
    Quality,
    Sample,
    Signal,
    Span,
    in_words,
)
from tests.builders import CUFF, OXIMETER, Bed, infusing

DAY: Span = 24 * HOUR
MEMORY = ((3 * DAY, 133, 86), (2 * DAY, 118, 76), (25 * HOUR, 205, 125), (6 * HOUR, 129, 89))
ASKED = f"unknown_age:{CUFF}"


def of(bed: Bed, signal: Signal) -> float | None:
    return next((r.value for r in bed.state.readings if r.signal is signal), None)


def hand_over(bed: Bed, memory: tuple[tuple[Span, int, int], ...] = MEMORY) -> None:
    """A cuff's memory, oldest first, as fast as the line is."""
    taken = bed.now
    for ago, sys, dia in memory:
        bed.nibp(sys, dia, measured_at=Instant(taken - ago))
        bed.wait("40ms")


def test_a_memory_handed_over_at_first_contact_is_history_and_no_reading_of_now() -> None:
    bed = infusing()
    hand_over(bed)
    assert of(bed, Signal.NIBP_SYS) == 120
    assert [o.value for o in bed.state.old if o.signal is Signal.NIBP_SYS] == [133, 118, 205, 129]
    assert bed.alarm("sbp_high") is None


def test_what_is_beyond_a_limit_is_told_once_as_a_technical_medium() -> None:
    bed = infusing()
    bed.mark()
    hand_over(bed)
    hand_over(bed)
    assert bed.story(ASKED) == ["80ms start medium"]
    assert bed.last(ASKED).kind is Kind.TECHNICAL
    assert bed.last(ASKED).text == f"{CUFF}: reading of unknown age: 205/125, measure again"


def test_a_memory_within_the_limits_asks_for_nothing() -> None:
    bed = infusing()
    hand_over(bed, ((3 * DAY, 133, 86), (6 * HOUR, 129, 80)))
    assert bed.alarm(ASKED) is None


def test_an_old_reading_satisfies_no_schedule() -> None:
    bed = infusing()
    due = bed.state.due
    hand_over(bed)
    assert bed.state.due == due


def test_the_reading_that_was_asked_for_ends_the_alarm() -> None:
    bed = infusing()
    hand_over(bed)
    bed.nibp(131, 84, measured_at=bed.now)
    assert bed.alarm(ASKED) is None
    assert of(bed, Signal.NIBP_SYS) == 131


def test_a_measurement_by_hand_ends_the_alarm() -> None:
    bed = infusing()
    hand_over(bed)
    assert bed.alarm(ASKED) is not None
    bed.act(Observe, values={Signal.NIBP_SYS: 131.0, Signal.NIBP_DIA: 84.0})
    assert bed.alarm(ASKED) is None


def unread(bed: Bed, sys: int, dia: int) -> None:
    """A cuff's reading that says when it was taken, in words that nobody understands."""
    pressures = {Signal.NIBP_SYS: sys, Signal.NIBP_DIA: dia}
    bed.send(
        Frame(
            samples=tuple(
                Sample(signal=signal, value=float(value), quality=Quality.UNKNOWN_AGE)
                for signal, value in pressures.items()
            )
        ),
        source=CUFF,
    )


def test_a_reading_whose_time_is_not_understood_is_told_once_and_counts_for_nothing() -> None:
    bed = infusing()
    due = bed.state.due
    bed.mark()
    for _ in range(3):
        unread(bed, 205, 125)
        bed.wait("10s")
    assert bed.story(ASKED) == ["0s start medium"]
    assert bed.last(ASKED).text == f"{CUFF}: reading of unknown age: 205/125, measure again"
    assert bed.last(ASKED).kind is Kind.TECHNICAL
    assert (of(bed, Signal.NIBP_SYS), bed.state.due) == (120, due)
    assert bed.alarm("sbp_high") is None
    (rule,) = (each for each in explain(bed.state) if each.key == "sbp_high")
    assert f"by {CUFF}, taken nobody knows when: history, does not count" in " ".join(
        map(in_words, rule.lines)
    )
    bed.nibp(131, 84)
    assert bed.alarm(ASKED) is None


def test_one_whose_time_is_not_understood_is_told_also_once_the_clock_is_known() -> None:
    bed = infusing()
    for _ in range(2):
        bed.nibp(120, 80, measured_at=bed.now)
        bed.wait("5min")
    unread(bed, 205, 125)
    assert bed.alarm(ASKED) is not None
    assert of(bed, Signal.NIBP_SYS) == 120


def test_one_within_the_limits_whose_time_is_not_understood_asks_for_nothing() -> None:
    bed = infusing()
    unread(bed, 124, 80)
    assert bed.alarm(ASKED) is None


def test_a_garbled_reading_is_told_and_ends_with_the_next() -> None:
    bed = infusing()
    bed.send(Fault(cause=Cause.GARBLED, subject=CUFF, present=True, detail="repeat"), source=CUFF)
    alarm = bed.alarm(f"garbled:{CUFF}")
    assert alarm is not None
    assert alarm.line.text == f"{CUFF}: reading was garbled: repeat"
    bed.nibp(131, 84)
    assert bed.alarm(f"garbled:{CUFF}") is None


def test_a_cuff_whose_clock_is_wrong_counts_from_its_second_measurement_on() -> None:
    bed = infusing()
    bed.nibp(131, 84, measured_at=Instant(bed.now - 7 * HOUR))
    assert of(bed, Signal.NIBP_SYS) == 120
    bed.wait("5min")
    bed.nibp(185, 99, measured_at=Instant(bed.now - 7 * HOUR + 20 * SECOND))
    assert of(bed, Signal.NIBP_SYS) == 185


def test_an_oximeter_whose_clock_is_wrong_counts_from_its_second_row_on() -> None:
    bed = infusing()
    for value in (97, 84):
        bed.frame({Signal.SPO2: value}, measured_at=Instant(bed.now + 2 * HOUR))
        bed.wait("1s")
    assert of(bed, Signal.SPO2) == 84


def test_a_reading_from_the_future_is_of_unknown_age_too() -> None:
    bed = infusing()
    bed.nibp(205, 125, measured_at=Instant(bed.now + 2 * HOUR))
    assert of(bed, Signal.NIBP_SYS) == 120
    assert bed.alarm(ASKED) is not None


def test_after_the_memory_the_readings_of_now_count_at_once() -> None:
    bed = infusing()
    hand_over(bed)
    bed.wait("1min")
    bed.nibp(141, 84, measured_at=Instant(bed.now - 20 * SECOND))
    assert of(bed, Signal.NIBP_SYS) == 141


def test_explain_shows_the_history_as_such() -> None:
    bed = infusing()
    hand_over(bed)
    assert "205 by cuff, taken 25 h ago by its own clock: history" in as_text(bed.state)


def test_the_page_shows_the_history_beside_the_rule_that_it_does_not_move() -> None:
    bed = infusing()
    hand_over(bed)
    (rule,) = (each for each in explain(bed.state) if each.key == "sbp_high")
    assert rule.state == "quiet"
    assert [line for line in map(in_words, rule.lines) if "history, does not count" in line] == [
        "Systolic BP 118 by cuff, taken 48 h ago by its own clock: history, does not count",
        "Systolic BP 205 by cuff, taken 25 h ago by its own clock: history, does not count",
        "Systolic BP 129 by cuff, taken 6 h ago by its own clock: history, does not count",
    ]


def test_a_memory_that_is_handed_over_at_every_contact_is_kept_once() -> None:
    bed = infusing()
    for _ in range(3):
        taken = bed.now
        bed.nibp(129, 80, measured_at=Instant(taken - 6 * HOUR - taken % SECOND))
    assert len([o for o in bed.state.old if o.signal is Signal.NIBP_SYS]) == 1


@given(
    ages=st.lists(st.integers(61 * MINUTE, 90 * DAY), min_size=1, max_size=30),
    pause=st.integers(0, 2 * SECOND),
    order=st.sampled_from(["as drawn", "oldest first", "newest first"]),
)
@settings(max_examples=200, deadline=None)
def test_no_burst_teaches_a_clock(ages: list[Span], pause: Span, order: str) -> None:
    """A cuff measures a minute apart at least: its memory comes faster than that."""
    apart = {age // MINUTE: age // MINUTE * MINUTE for age in ages}
    drawn = list(apart.values())
    if order != "as drawn":
        drawn.sort(reverse=order == "oldest first")
    start = Instant(1_800_000_000 * SECOND)
    clock: SourceClock | None = None
    for number, age in enumerate(drawn):
        clock, arrival = judge(
            clock,
            source="cuff",
            signal=Signal.NIBP_SYS,
            measured_at=Instant(start - age),
            at=Instant(start + number * pause),
            stale=60 * MINUTE,
        )
        assert arrival is Arrival.UNKNOWN_AGE


@given(
    wrong=st.integers(-400 * DAY, 400 * DAY),
    jitter=st.lists(st.integers(0, SECOND // 4), min_size=12, max_size=12),
    resolution=st.sampled_from([1, SECOND // 4, SECOND]),
)
@settings(max_examples=200, deadline=None)
def test_a_clock_that_is_wrong_by_a_constant_is_learned_within_seconds(
    wrong: Span, jitter: list[Span], resolution: Span
) -> None:
    start = Instant(1_800_000_000 * SECOND)
    clock: SourceClock | None = None
    news = []
    for number, late in enumerate(jitter):
        measured = start + number * SECOND + wrong
        clock, arrival = judge(
            clock,
            source=OXIMETER,
            signal=Signal.SPO2,
            measured_at=Instant(measured - measured % resolution),
            at=Instant(start + number * SECOND + late),
            stale=10 * SECOND,
        )
        news.append(arrival is Arrival.NEWS)
    assert all(news[6:])
