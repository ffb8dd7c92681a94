"""Tasks: what staff are to do or enter. Neither of the patient nor of the equipment, with routes of their own."""

from typing import Final

import pytest

from monitord.config.protocol.protocols import read_protocol
from monitord.engine.alarms.route_choice import choose_route
from monitord.engine.protocol.own_rules import own_rules
from monitord.engine.protocol.protocol import Hours, Route, Settings, SpecialRoute, Tier
from monitord.engine.rules.overdue import OverdueLevel, OverdueRule
from monitord.model import MINUTE, Kind, Priority
from tests.builders import HIGH, LOW, MEDIUM, T0, Bed, infusing, rules, settings
from tests.builders import protocol as small

TASKS: Final = Route(tiers=(Tier(to=("tasks",)),))
TECHNICAL: Final = Route(tiers=(Tier(to=("engineer",)),))
NIGHT: Final = Route(tiers=(Tier(to=("night",)),))


def of(
    kind: Kind | None, route: Route, priority: Priority = MEDIUM, **more: object
) -> SpecialRoute:
    return SpecialRoute(priority=priority, route=route, kind=kind, **more)  # type: ignore[arg-type]


def test_what_only_asks_staff_for_something_is_a_task() -> None:
    """Overdue, infusion over, assess, and whatever else nobody but staff can do or say."""
    protocol, watch = read_protocol("ketamine_iv_0_5_40"), read_protocol("watch")
    every = {**protocol.rules, **watch.rules, **own_rules(protocol)}
    assert {name for name, rule in every.items() if rule.alarm_kind is Kind.TASK} == {
        "nibp_overdue",
        "moaas_overdue",
        "symptoms_overdue",
        "breathing_overdue",
        "preparation_overrun",
        "infusion_overrun",
        "pause_overrun",
        "reaction_overrun",
        "pump_differs",
        "session_not_started",
        "assess",
        "away",
    }


@pytest.mark.parametrize(
    ("special", "goes"),
    [
        ((), "nurse"),
        ((of(Kind.TASK, TASKS),), "tasks"),
        # As yesterday: a file that knows of no tasks sends them with the equipment's.
        ((of(Kind.TECHNICAL, TECHNICAL),), "engineer"),
        ((of(Kind.PHYSIOLOGICAL, NIGHT),), "nurse"),
        ((of(None, NIGHT), of(Kind.TECHNICAL, TECHNICAL)), "night"),
        ((of(Kind.TECHNICAL, TECHNICAL), of(None, NIGHT)), "engineer"),
        ((of(Kind.TECHNICAL, TECHNICAL), of(Kind.TASK, TASKS)), "tasks"),
        # A route of its own for another priority, another phase, another hour is none here.
        ((of(Kind.TECHNICAL, TECHNICAL), of(Kind.TASK, TASKS, LOW)), "engineer"),
        ((of(Kind.TECHNICAL, TECHNICAL), of(Kind.TASK, TASKS, phases=("after",))), "engineer"),
        (
            (of(Kind.TECHNICAL, TECHNICAL), of(Kind.TASK, TASKS, hours=Hours(begin=0, end=60))),
            "engineer",
        ),
    ],
)
def test_a_task_takes_its_own_route_or_that_of_yesterday(
    special: tuple[SpecialRoute, ...], goes: str
) -> None:
    route = choose_route(settings(special=special), MEDIUM, Kind.TASK, "infusion", T0)
    assert route
    assert route.tiers[0].to == (goes,)


def test_a_route_for_tasks_takes_nothing_of_the_equipment_with_it() -> None:
    given = settings(special=(of(Kind.TASK, TASKS, HIGH), of(Kind.TECHNICAL, TECHNICAL, HIGH)))
    for kind, goes in ((Kind.TECHNICAL, "engineer"), (Kind.PHYSIOLOGICAL, "nurse")):
        route = choose_route(given, HIGH, kind, None, T0)
        assert route
        assert route.tiers[0].to == (goes,)


def overdue(**more: object) -> Settings:
    rule = OverdueRule(item="nibp", levels=(OverdueLevel(priority=MEDIUM, delay=MINUTE),))
    given = small(rules=rules(nibp_overdue=rule))
    return settings(protocols={"small": given}, **more)


def test_a_task_is_told_while_the_equipment_pauses() -> None:
    bed = infusing(overdue(special=(of(Kind.TASK, TASKS),)))
    bed.nibp(120)
    bed.spo2(97, "350s")
    bed.mark()
    assert bed.pause_alarms() is None
    bed.probe_off("100s")
    line = bed.last("nibp_overdue")
    assert (line.kind, line.inhibited_by) == (Kind.TASK, None)
    assert "10s tasks start" in bed.told
    assert bed.last("spo2_stale").inhibited_by == "alarm_paused"


def test_a_task_never_holds_a_patient_back_and_never_latches() -> None:
    bed: Bed = infusing(overdue())
    bed.wait("7min")
    assert bed.alarm("nibp_overdue")
    bed.nibp(120)
    assert bed.last("nibp_overdue").event == "clear"
    bed.wait("7min")
    bed.stop_infusion()
    assert bed.discharge() is None
