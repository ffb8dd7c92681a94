"""Routes for some alarms: by kind, phase and hour, also when the hour comes while nobody answers."""

from typing import Any

from monitord.engine.protocol.protocol import Hours, Route, SpecialRoute, Tier
from monitord.model import HOUR, MINUTE, Kind
from tests.builders import HIGH, MEDIUM, OXIMETER, T0, Bed, infusing, settings

NIGHT = Route(tiers=(Tier(to=("night",)), Tier(to=("sounder",), after=30_000_000)))


def bed_with(**asks: Any) -> Bed:
    """An infusing bed at 10:00 whose high alarms go to `night` when they fit."""
    return infusing(settings(special=(SpecialRoute(priority=HIGH, route=NIGHT, **asks),)))


def test_a_route_for_a_phase_holds_in_it_alone() -> None:
    there, elsewhere = bed_with(phases=("infusion",)), bed_with(phases=("after",))
    for bed in (there, elsewhere):
        bed.spo2(84, "6s")
    assert (there.told, elsewhere.told) == (["5s night start"], ["5s nurse start"])


def test_a_route_for_technical_alarms_leaves_the_patient_s_alone() -> None:
    bed = bed_with(kind=Kind.TECHNICAL)
    bed.spo2(84, "6s")
    assert bed.told == ["5s nurse start"]
    bed.link(up=False, device=OXIMETER)
    bed.wait("70s")
    assert any("night" in told for told in bed.told)


def test_only_the_named_priority_takes_it() -> None:
    given = settings(special=(SpecialRoute(priority=MEDIUM, route=NIGHT),))
    bed = infusing(given)
    bed.spo2(84, "6s")
    assert bed.told == ["5s nurse start"]


def test_hours_are_of_the_suite_s_clock_and_may_pass_midnight() -> None:
    # 10:00 UTC is 22:00 where the clock is 12 hours ahead.
    ahead = ((0, 12 * HOUR),)
    special = SpecialRoute(priority=HIGH, route=NIGHT, hours=Hours(begin=20 * 60, end=7 * 60))
    for offsets, told in ((ahead, "night"), ((), "nurse")):
        bed = infusing(settings(special=(special,), offsets=offsets))
        bed.spo2(84, "6s")
        assert bed.told == [f"5s {told} start"]


def test_an_alarm_that_nobody_answers_goes_on_with_the_route_of_the_new_hour() -> None:
    minute = T0 // MINUTE % (24 * 60) + 1
    bed = bed_with(hours=Hours(begin=minute, end=minute + 60))
    bed.wait("20s")
    bed.spo2(97)
    bed.mark()
    bed.spo2(84, "50s")
    # Until 10:01:00 the day's tiers, then the night's: the second of them, for the first was told.
    assert bed.told == ["5s nurse start", "35s doctor escalate"]
    bed.spo2(84, "40s")
    assert bed.told[2:] == ["65s sounder reminder"]


def test_a_restart_keeps_special_routes() -> None:
    bed = bed_with(phases=("infusion",))
    bed.restart("5s")
    bed.mark()
    bed.spo2(97)
    bed.spo2(84, "6s")
    assert [told.split()[1] for told in bed.told] == ["night"]
