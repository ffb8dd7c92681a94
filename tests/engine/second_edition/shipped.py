"""Three rules of the shipped protocol and the route of the page's traces, in the page's terms."""

from typing import Final

from tests.engine.second_edition.page import HIGH, LOW, MEDIUM, Level, Route, Rule

FIVE_MINUTES: Final = {LOW: 300, MEDIUM: 300, HIGH: 300}

SPO2_LOW: Final = Rule(
    name="spo2_low",
    low=True,
    levels=(
        Level(LOW, 95, 60, hysteresis=0),
        Level(MEDIUM, 93, 300),
        Level(MEDIUM, 90, 15),
        Level(HIGH, 90, 60),
        Level(HIGH, 85, 5),
        Level(HIGH, 80),
    ),
    hysteresis=2,
    clear_delay=10,
    step=5,
    step_held=5,
    expires={"acknowledge": {LOW: 300, MEDIUM: 900, HIGH: 300}, "accept": FIVE_MINUTES},
)
PULSE_RATE_LOW: Final = Rule(
    name="pulse_rate_low",
    low=True,
    levels=(
        Level(LOW, 55, 60, hysteresis=0),
        Level(MEDIUM, 50, 15),
        Level(HIGH, 40, 5),
        Level(HIGH, 35, 5),
        Level(HIGH, 30),
    ),
    hysteresis=5,
    clear_delay=10,
    step=10,
    step_held=5,
    expires={"acknowledge": FIVE_MINUTES, "accept": FIVE_MINUTES},
)
NIBP_SYS_HIGH: Final = Rule(
    name="nibp_sys_high",
    low=False,
    levels=(
        Level(MEDIUM, 160, strict=False, twice=True),
        Level(HIGH, 180, strict=False, twice=True),
        Level(HIGH, 200, strict=False),
    ),
    hysteresis=5,
    step=20,
    step_held=0,
    fresh=3600,
    expires={"acknowledge": FIVE_MINUTES, "accept": FIVE_MINUTES},
)
RULES: Final = (SPO2_LOW, PULSE_RATE_LOW, NIBP_SYS_HIGH)


def _tiers(*tiers: tuple[int, str]) -> tuple[tuple[int, frozenset[str]], ...]:
    return tuple((after, frozenset(to.split())) for after, to in tiers)


ROUTES: Final = {
    HIGH: Route(_tiers((0, "desk ward"), (30, "pager"), (60, "desk pager")), 60),
    MEDIUM: Route(_tiers((0, "desk ward"), (60, "pager"), (180, "desk pager")), 120),
}
