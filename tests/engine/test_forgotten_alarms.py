"""An alarm that nobody would hear of again is told as an alarm of its own."""

import pytest

from monitord.engine.alarms import router
from monitord.engine.protocol.protocol import Route, Tier
from monitord.model import SECOND, AlarmEvent, Cause
from tests.builders import HIGH, infusing, settings


def test_a_step_that_is_lost_raises_a_high_technical_alarm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = router.next_step
    monkeypatch.setattr(
        router,
        "next_step",
        lambda route, telling, at: None if telling.tier <= 0 else real(route, telling, at),
    )
    bed = infusing(
        settings(
            routes={HIGH: Route(tiers=(Tier(to=("nurse",)), Tier(to=("x",), after=30 * SECOND)))}
        )
    )
    bed.spo2(84, "6s")
    assert bed.story("forgotten:spo2_low") == ["5s start high"]
    line = bed.last("forgotten:spo2_low")
    assert line.text == "An alarm here may not sound again: nobody would be told next"


def test_it_ends_with_the_alarm_that_was_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    real = router.next_step
    monkeypatch.setattr(
        router,
        "next_step",
        lambda route, telling, at: None if telling.tier <= 0 else real(route, telling, at),
    )
    bed = infusing()
    bed.spo2(88, "16s")
    assert bed.alarm("forgotten:spo2_low")
    bed.spo2(97, "6s")
    assert bed.last("forgotten:spo2_low").event is AlarmEvent.CLEAR


def test_nothing_is_forgotten_where_the_clinic_tells_nobody() -> None:
    bed = infusing(settings(routes={}))
    bed.spo2(84, "60s")
    assert not [line for line in bed.lines if line.alarm.startswith(Cause.FORGOTTEN)]
