"""Who is told, who next when nobody answers, and that nobody is forgotten."""

from monitord.engine.protocol.protocol import AlarmTimes, Route, Tier
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.model import (
    HOUR,
    SECOND,
    Notify,
    Relation,
    Signal,
)
from tests.builders import HIGH, LOW, MEDIUM, infusing, settings, with_protocol, with_rules


def test_a_high_alarm_climbs_its_tiers_and_repeats_the_last() -> None:
    bed = infusing()
    bed.spo2(84, "200s")
    assert bed.told == [
        "5s nurse start",
        "35s doctor escalate",
        "65s sounder escalate",
        "125s sounder reminder",
        "185s sounder reminder",
    ]


def test_a_worse_level_is_told_to_all_tiers_that_the_clock_has_reached() -> None:
    bed = infusing()
    bed.spo2(88, "76s")
    bed.spo2(84, "36s")
    assert bed.told == [
        "15s nurse start",
        "75s sounder escalate",
        "81s nurse escalate",
        "81s doctor escalate",
        "81s sounder escalate",
    ]


def test_everybody_who_was_told_learns_that_it_is_over() -> None:
    bed = infusing()
    bed.spo2(88, "86s")
    bed.spo2(97, "6s")
    assert bed.told[2:] == ["92s nurse clear", "92s sounder clear"]


def test_those_who_know_learn_of_the_end_though_the_present_priority_has_no_route() -> None:
    low = LimitRule(
        signal=Signal.SPO2,
        levels=(
            LimitLevel(limit=Limit(Relation.BELOW, 94), priority=LOW),
            LimitLevel(limit=Limit(Relation.BELOW, 90), priority=MEDIUM),
        ),
    )
    bed = infusing(with_rules(spo2_low=low))
    bed.spo2(89, "1s")
    bed.spo2(93, "130s")
    bed.spo2(97, "20s")
    # Better for 2 min is what it is from then on, and no tier is told any more.
    assert bed.told == [
        "0s nurse start",
        "1min sounder escalate",
        "2min sounder reminder",
        "121s nurse deescalate",
        "130s sounder deescalate",
        "131s nurse clear",
        "131s sounder clear",
    ]


def test_a_priority_without_a_route_tells_nobody() -> None:
    bed = infusing()
    bed.wait("20s")
    assert bed.story("spo2_stale") == ["10s start low"]
    assert bed.told == []


def test_each_message_has_a_key_of_its_own() -> None:
    bed = infusing()
    bed.spo2(84, "300s")
    keys = [effect.key for effect in bed.effects if isinstance(effect, Notify)]
    assert len(keys) == len(set(keys))


def test_running_routes_are_those_of_the_admission() -> None:
    bed = infusing()
    elsewhere = Route(tiers=(Tier(to=("other",)),), repeat=HOUR)
    bed.configure(settings(routes={HIGH: elsewhere, MEDIUM: elsewhere}))
    bed.spo2(88, "16s")
    assert bed.told == ["15s nurse start"]


def test_a_route_with_several_in_one_tier_tells_them_together() -> None:
    both = Route(tiers=(Tier(to=("nurse", "phone")),), repeat=30 * SECOND)
    bed = infusing(settings(routes={HIGH: both}))
    bed.spo2(84, "6s")
    assert bed.told == ["5s nurse start", "5s phone start"]


def test_who_was_told_hears_that_it_is_over_however_soon_it_is_forgotten() -> None:
    for rearm, heard in ((0, "23s"), (3 * SECOND, "25s"), (60 * SECOND, "25s")):
        bed = infusing(with_protocol(alarms=AlarmTimes(rearm=rearm)))
        bed.spo2(88, "17s")
        bed.spo2(97, "40s")
        assert bed.told == ["15s nurse start", f"{heard} nurse clear"]


def test_the_end_of_a_session_leaves_nothing_untold() -> None:
    bed = infusing()
    bed.spo2(88, "17s")
    bed.spo2(97, "7s")
    assert bed.discharge(override="goes to the ward") is None
    assert bed.told == ["15s nurse start", "24s nurse clear"]


def test_a_call_for_help_that_is_answered_at_once_is_over_for_all_who_were_called() -> None:
    bed = infusing()
    bed.call_help()
    bed.wait("4s")
    bed.acknowledge("help")
    assert bed.told[0] == "0s nurse start"
    assert bed.told[-1].startswith("4s nurse")
