"""Messages of every step of an alarm's life, as an engine tells them, with what a receiver must understand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from monitord.engine.rules.combine import CombineLevel, CombineRule, parse_term
from monitord.engine.rules.trend import TrendLevel, TrendRule
from monitord.model import MINUTE, SECOND, Notify, Signal, parse_span
from tests.builders import HIGH, MEDIUM, Bed, infusing, limit, rules, settings, with_rules
from tests.builders import protocol as small
from tests.builders_notify import notify
from tests.test_nasty_text import NASTY

FALLING = TrendRule(
    signal=Signal.SPO2,
    within=5 * MINUTE,
    levels=(TrendLevel(priority=MEDIUM, limit=limit("<=-4"), delay=10 * SECOND),),
)
SEVERE = CombineRule(
    title="severe pressure with symptoms",
    levels=(
        CombineLevel(
            priority=HIGH, needs=((parse_term("nibp_sys >=160"),), (parse_term("headache >=1"),))
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`side` is that of the rule (low, high, falls, none), `phase` and `state` are words of IHE ACM."""

    name: str
    message: Notify
    side: str
    phase: str
    state: str
    inactivation: str = "enabled"
    asks: bool = True
    kind: str = "physiological"


def _told(bed: Bed, when: str, to: str, alarm: str) -> Notify:
    at = bed.marked + parse_span(when)
    (found,) = [
        e
        for e in bed.effects
        if isinstance(e, Notify) and (e.line.at, e.destination, e.line.alarm) == (at, to, alarm)
    ]
    return found


def _low_spo2() -> Iterator[Step]:
    bed = infusing(settings(protocols={"small": small(rules=rules())}))
    bed.spo2(88, "16s").spo2(84, "70s").spo2(97, "80s")
    bed.acknowledge("spo2_low")
    bed.spo2(97, "30s")
    for name, when, to, phase, state, inactivation in (
        ("begin", "15s", "nurse", "start", "active", "enabled"),
        ("worse", "21s", "nurse", "escalate", "active", "enabled"),
        ("escalation to somebody else", "45s", "doctor", "start", "active", "enabled"),
        ("inside again, unanswered", "92s", "nurse", "update", "latched", "enabled"),
        ("repeat, inside again", "135s", "sounder", "continue", "latched", "enabled"),
        ("acknowledged, inside", "166s", "nurse", "update", "inactive", "alert-acknowledged"),
    ):
        yield Step(
            name=name,
            message=_told(bed, when, to, "spo2_low"),
            side="low",
            phase=phase,
            state=state,
            inactivation=inactivation,
            asks=when != "166s",
        )


def _answered_spo2() -> Iterator[Step]:
    bed = infusing()
    bed.spo2(88, "30s")
    bed.accept("spo2_low")
    bed.spo2(88, "5min").spo2(97, "30s").spo2(88, "30s")
    for name, when, phase, state, inactivation in (
        ("accepted", "30s", "update", "active", "alert-acknowledged"),
        ("expired", "330s", "update", "active", "enabled"),
        ("over", "340s", "end", "inactive", "enabled"),
        ("back after its end", "375s", "start", "active", "enabled"),
    ):
        yield Step(
            name=name,
            message=_told(bed, when, "nurse", "spo2_low"),
            side="low",
            phase=phase,
            state=state,
            inactivation=inactivation,
            asks=name not in {"accepted", "over"},
        )
    bed = infusing()
    bed.spo2(84, "20s")
    bed.acknowledge("spo2_low")
    bed.spo2(84, "330s")
    bed.reject("spo2_low")
    bed.spo2(84, "10s").spo2(89, "140s")
    for name, when, to, phase in (
        ("acknowledged", "20s", "nurse", "update"),
        ("acknowledgement over", "320s", "nurse", "continue"),
        ("rejected, so told to another", "350s", "doctor", "start"),
        ("repeat", "440s", "sounder", "continue"),
    ):
        yield Step(
            name=name,
            message=_told(bed, when, to, "spo2_low"),
            side="low",
            phase=phase,
            state="active",
            inactivation="alert-acknowledged" if name == "acknowledged" else "enabled",
            asks=name != "acknowledged",
        )


def _eased_and_ended() -> Iterator[Step]:
    bed = infusing()
    bed.nibp(195).wait("10s").nibp(150).wait("20s")
    yield Step(
        name="high pressure",
        message=_told(bed, "0s", "nurse", "sbp_high"),
        side="high",
        phase="start",
        state="active",
    )
    yield Step(
        name="high pressure, inside again",
        message=_told(bed, "10s", "nurse", "sbp_high"),
        side="high",
        phase="update",
        state="latched",
    )
    given = small(rules=rules())
    bed = infusing(
        settings(protocols={"small": replace(given, alarms=replace(given.alarms, latching=()))})
    )
    bed.spo2(84, "20s").spo2(89, "3min")
    yield Step(
        name="better",
        message=next(
            e for e in bed.effects if isinstance(e, Notify) and e.line.event == "deescalate"
        ),
        side="low",
        phase="de-escalate",
        state="active",
        asks=False,
    )
    bed.spo2(89, "20s")
    bed.stop_infusion()
    bed.acknowledge("spo2_low")
    assert bed.discharge() is None
    bed.wait("1s")
    yield Step(
        name="withdrawn with the session",
        message=next(e for e in bed.effects if isinstance(e, Notify) and e.line.event == "end"),
        side="low",
        phase="end",
        state="inactive",
        asks=False,
    )


def _of_other_kinds() -> Iterator[Step]:
    bed = infusing()
    bed.wait("150s")
    yield Step(
        name="technical, without a value",
        message=_told(bed, "30s", "nurse", "spo2_stale"),
        side="none",
        phase="start",
        state="active",
        kind="technical",
    )
    bed = infusing()
    bed.spo2(97, "11min")
    yield Step(
        name="task",
        message=_told(bed, "10min", "nurse", "nibp_overdue"),
        side="none",
        phase="start",
        state="active",
        kind="task",
    )
    bed = infusing(with_rules(spo2_falling=FALLING, severe=SEVERE))
    bed.spo2(98, "60s").spo2(93, "30s").nibp(175)
    bed.observe({Signal.HEADACHE: 2})
    bed.spo2(93, "10s")
    yield Step(
        name="a change is no value of its signal",
        message=_told(bed, "70s", "nurse", "spo2_falling"),
        side="falls",
        phase="start",
        state="active",
    )
    yield Step(
        name="several conditions, without value and limit",
        message=_told(bed, "90s", "nurse", "severe"),
        side="none",
        phase="start",
        state="active",
    )
    bed = infusing()
    bed.spo2(84, "20s")
    bed.restart("60s")
    bed.spo2(84, "20s")
    yield Step(
        name="late, after downtime",
        message=_told(bed, "80s", "doctor", "spo2_low"),
        side="low",
        phase="start",
        state="active",
    )


def _odd(steps: list[Step]) -> Iterator[Step]:
    begun = steps[0].message
    for number in (float("nan"), float("inf"), -0.0, 1e15):
        line = replace(begun.line, value=number, worst=number)
        yield replace(steps[0], name=f"value {number}", message=replace(begun, line=line))
    line = replace(begun.line, limit=None)
    yield replace(steps[0], name="without its limit", message=replace(begun, line=line))
    line = replace(begun.line, value=None, value_at=None)
    yield replace(steps[0], name="without its value", message=replace(begun, line=line))
    line = replace(begun.line, bed=None, session=None, pseudonym=None)
    yield replace(steps[0], name="of the suite", message=replace(begun, line=line))
    for number, nasty in enumerate(NASTY):
        text, suite, bed, alarm, pseudonym = (*NASTY[number:], *NASTY[:number])[:5]
        line = replace(
            begun.line, text=text, suite=suite, bed=bed, by=nasty, alarm=alarm, pseudonym=pseudonym
        )
        yield replace(steps[0], name=f"nasty {number}", message=replace(begun, line=line))
    old = notify(relation=None, compares=None).line
    yield replace(
        steps[0], name="a line of 0.1", message=replace(begun, line=old, opens=False), side="none"
    )


@cache
def every_step() -> tuple[Step, ...]:
    """Made once: engines tell most of them."""
    steps = [*_low_spo2(), *_answered_spo2(), *_eased_and_ended(), *_of_other_kinds()]
    return (*steps, *_odd(steps))
