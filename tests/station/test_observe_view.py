"""What the sheet for observing asks, and which limits a tile names, from protocol and state alone."""

import dataclasses

from monitord.config.protocol.protocols import read_protocol
from monitord.engine.protocol.criterion import ReadingCriterion
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.state import Baseline, State
from monitord.model import (
    MINUTE,
    SECOND,
    SYMPTOMS,
    Instant,
    Priority,
    Relation,
    Signal,
    TightenLimit,
)
from monitord.station.views.bed_view import bed_view
from monitord.station.views.limit_view import limit_views
from monitord.station.views.observe_view import ALWAYS, asked
from monitord.station.views.views import LimitView
from tests.builders_station import (
    CUFF,
    NOW,
    due,
    protocol,
    reading,
    session,
    settings,
    state,
    vitals,
)

SCALES = (Signal.MOAAS, Signal.NAUSEA)


def under(given: object, **more: object) -> State:
    own = dataclasses.replace(settings("1"), protocols={"ketamine": given})  # type: ignore[dict-item]
    made = state("1", visit=session(), readings=vitals())
    return dataclasses.replace(made, settings=own, session_settings=own, **more)  # type: ignore[arg-type]


def signals(state: State) -> list[str]:
    return [sign.signal for sign in asked(state)]


def test_everything_that_a_rule_or_a_list_of_the_shipped_protocol_asks_can_be_entered() -> None:
    shipped = read_protocol("ketamine_iv_0_5_40")
    wanted = {signal for rule in shipped.rules.values() for signal in rule.inputs}
    wanted |= {each.signal for each in shipped.discharge if isinstance(each, ReadingCriterion)}
    # What only a device knows, and a person reads off as another sign.
    wanted -= {Signal.NO_BREATH, Signal.NIBP_PULSE, Signal.PERFUSION_INDEX, Signal.INFUSION_RUNNING}
    assert wanted | set(ALWAYS) == set(signals(under(shipped)))
    assert {*SYMPTOMS, Signal.TEMPERATURE, Signal.NIBP_MAP} < set(signals(under(shipped)))


def test_a_protocol_that_asks_little_is_asked_for_little() -> None:
    assert set(signals(under(protocol()))) == {*ALWAYS, *SCALES}


def test_a_sign_of_a_list_alone_is_asked() -> None:
    hot = ReadingCriterion(name="warm", signal=Signal.ORIENTATION, needs=Limit(Relation.AT_MOST, 1))
    assert Signal.ORIENTATION in signals(under(dataclasses.replace(protocol(), discharge=(hot,))))


def test_what_is_due_comes_first_the_longest_overdue_before_the_others() -> None:
    late = (
        due("nibp", Instant(NOW - MINUTE), *CUFF),
        due("scales", Instant(NOW - 5 * MINUTE), *SCALES),
        due("later", Instant(NOW + 9 * MINUTE), Signal.SPO2),
    )
    shown = asked(under(protocol(), due=late))
    assert [sign.signal for sign in shown][:4] == ["moaas", "nausea", "nibp_sys", "nibp_dia"]
    assert [sign.due is not None for sign in shown] == [True] * 4 + [False] * (len(shown) - 4)


def test_scales_are_tapped_and_the_rest_is_typed_with_unit_and_range() -> None:
    known = {sign.signal: sign for sign in asked(under(protocol()))}
    assert (known["moaas"].scored, known["moaas"].high, known["moaas"].symptom) == (True, 5, False)
    assert known["nausea"].symptom
    assert (known["temperature"].scored, known["temperature"].unit) == (False, "Cel")
    assert known["resp_rate"].label == "Breathing rate"


def test_nothing_is_asked_where_no_session_is_open() -> None:
    assert asked(state("1", readings=vitals())) == []


def missing(*taken: tuple[Signal, int]) -> list[str]:
    readings = tuple(
        reading(signal, 0, at=Instant(NOW - ago * MINUTE), fresh=60 * MINUTE)
        for signal, ago in taken
    )
    made = state(
        "1",
        visit=session(),
        readings=readings,
        due=(due("scales", NOW, Signal.MOAAS, Signal.NAUSEA, Signal.CHEST_PAIN),),
    )
    (item,) = bed_view("1", made, "Chair 1", NOW).due
    return [each.label for each in item.missing]


def test_what_a_round_left_out_is_named() -> None:
    assert missing((Signal.MOAAS, 1)) == ["nausea", "chest pain"]
    assert missing((Signal.MOAAS, 1), (Signal.NAUSEA, 1), (Signal.CHEST_PAIN, 12)) == ["chest pain"]


def test_a_whole_round_and_none_at_all_left_nothing_out() -> None:
    assert missing() == []
    assert missing((Signal.MOAAS, 3), (Signal.NAUSEA, 3), (Signal.CHEST_PAIN, 3)) == []


def test_a_reading_that_staff_entered_says_so() -> None:
    typed = dataclasses.replace(reading(Signal.SPO2, 96), source="manual")
    shown = {each.signal: each for each in bed_view("1", state("1", readings=(typed,)), "1", NOW).signals}  # fmt: skip
    assert shown["spo2"].by_hand
    assert not bed_view("1", state("1", readings=vitals()), "1", NOW).signals[0].by_hand


def limits(*levels: LimitLevel, signal: Signal = Signal.SPO2, **more: object) -> list[LimitView]:
    rule = LimitRule(signal=signal, levels=levels)
    given = dataclasses.replace(protocol(), rules={"it": rule})
    visit = dataclasses.replace(session(), **more)  # type: ignore[arg-type]
    return limit_views(under(given, session=visit), given)[signal]


def level(priority: Priority, text: str, delay: int = 0, **more: object) -> LimitLevel:
    relation = Relation(text[:2] if text[1] == "=" else text[:1])
    limit = Limit(relation, float(text.removeprefix(relation)))
    return LimitLevel(priority=priority, limit=limit, delay=delay * SECOND, **more)  # type: ignore[arg-type]


def first(found: list[LimitView]) -> list[str]:
    return [each.reached for each in found if each.first]


def test_of_each_side_the_limit_comes_first_that_the_value_reaches_first() -> None:
    high, medium, low = Priority.HIGH, Priority.MEDIUM, Priority.LOW
    found = limits(level(high, "<85"), level(medium, "<90", 15), level(low, "<93", 300))
    assert first(found) == ["<93"]
    assert [each.words for each in found] == [
        "below 85",
        "below 90 for 15 s",
        "below 93 for 5 min",
    ]
    two = limits(
        level(medium, "<50"), level(high, "<40"), level(medium, ">120"), level(high, ">=140")
    )
    assert first(two) == ["<50", ">120"]


def test_a_change_from_the_baseline_counts_as_the_value_that_it_is_for_this_patient() -> None:
    rise = level(Priority.MEDIUM, ">=40", of="change", twice=True)
    plain = level(Priority.HIGH, ">=180")
    own = Baseline(signal=Signal.NIBP_SYS, value=122, by="AB", at=NOW, action="b")
    known = limits(rise, plain, signal=Signal.NIBP_SYS, baseline=(own,))
    assert first(known) == [">=162"]
    words = {each.words for each in known}
    assert "up by 40 or more from the baseline of 122, in two readings" in words
    unknown = limits(rise, plain, signal=Signal.NIBP_SYS)
    assert first(unknown) == [">=180"]
    assert "up by 40 or more from the baseline, once it is accepted, in two readings" in {
        each.words for each in unknown
    }


def test_a_limit_of_this_patients_own_is_marked() -> None:
    made = TightenLimit(
        id="t",
        by="CD",
        rule="it",
        priority=Priority.MEDIUM,
        was="<90",
        limit="<93",
        reason="apnoea",
    )
    found = limits(level(Priority.HIGH, "<85"), level(Priority.MEDIUM, "<93"), adjusted=(made,))
    assert [each.own for each in found] == [False, True]


def test_a_sign_is_said_by_its_scale() -> None:
    found = limits(level(Priority.HIGH, ">=2"), signal=Signal.CHEST_PAIN)
    assert [each.words for each in found] == ["moderate or worse"]
