"""Most readings are passed over by the rules at rest: that changes nothing of what the engine decides or knows.

Each history is played twice, as the engine is and with every rule looking at every reading. What one instant brings
may come in another order.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from monitord.config import read_protocol
from monitord.engine.protocol.protocol import Source
from monitord.engine.readings.reading import Reading
from monitord.engine.rules_to_evaluate import RulesToEvaluate
from monitord.engine.state import STATE
from monitord.engine.steady_rules import SteadyRules
from monitord.model import SECOND, Accept, Acknowledge, Arm, Instant, Quality, Reject, Signal
from tests.builders import CUFF, OXIMETER, Bed, infusing, settings
from tests.effort import examples

SHIPPED = ("ketamine_iv_0_5_40", "esketamine_iv_0_2_40", "esketamine_nasal")
SECOND_OXIMETER = "second"
SPO2, PULSE = Signal.SPO2, Signal.PULSE_RATE
PRESSURES = (Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP)
LOST = frozenset({Quality.PROBE_OFF, Quality.SEARCHING})
MARKS = (
    Quality.GOOD,
    Quality.GOOD,
    Quality.GOOD,
    Quality.MOTION,
    Quality.LOW_PERFUSION,
    *LOST,
    None,
)
"""None: the oximeter says nothing."""
FALLS, RISES = 4.0, 9.0
"""By so much SpO2 and pulse change in a second at most."""


class RandomCourse:
    """A random course of one bed: readings, what marks them, and what staff do."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.states: list[bytes] = []
        name = SHIPPED[seed % len(SHIPPED)]
        of_oximeter = Source(signals=(SPO2, PULSE))
        sources = {
            OXIMETER: of_oximeter,
            CUFF: Source(signals=PRESSURES),
            SECOND_OXIMETER: of_oximeter,
        }
        self.settings = settings(protocols={name: read_protocol(name)}, sources=sources)
        self.bed = Bed(self.settings)
        one_arm = {"cuff_arm": Arm.LEFT, "probe_arm": Arm.LEFT}
        self.bed.admit(protocol=name, **(one_arm if seed % 2 else {}))
        self.bed.start_baseline()
        self.bed.accept_baseline(values={SPO2: 97.0, Signal.NIBP_SYS: 130.0})
        self.bed.start_infusion(override="as asked")
        self.has_second = seed % 5 == 0

    def play(self, seconds: int) -> None:
        bed, random = self.bed, self.random
        spo2, pulse, lasts = 97.0, 72.0, 0
        towards, mark = (spo2, pulse), MARKS[0]
        for n in range(seconds):
            if not lasts:
                lasts = random.choice((1, 3, 7, 15, 40, 80))
                towards = (
                    random.choice((98.0, 96.0, 93.0, 91.0, 88.0, 84.0, 78.0)),
                    random.choice((72.0, 80.0, 55.0, 45.0, 38.0, 125.0, 150.0)),
                )
                mark = random.choice(MARKS)
                self.act()
            lasts -= 1
            spo2 += max(-FALLS, min(FALLS, towards[0] - spo2))
            pulse += max(-RISES, min(RISES, towards[1] - pulse))
            if mark is not None:
                lost = mark in LOST
                values = {SPO2: None if lost else spo2, PULSE: None if lost else pulse}
                bed.frame(values, quality=mark)
            if self.has_second and n % 2:
                bed.frame({SPO2: spo2 + random.choice((0, 0, 8))}, source=SECOND_OXIMETER)
            if random.random() < 0.012:
                self.measure()
            bed.until(Instant(bed.now + SECOND))
            if n % 20 == 0:
                self.note()
        bed.wait("10min")
        self.note()

    def act(self) -> None:
        bed, random = self.bed, self.random
        alarms = [track.alarm for track in bed.state.tracks if track.alarm]
        if alarms and random.random() < 0.35:
            kind = random.choice((Acknowledge, Accept, Reject))
            bed.act(kind, alarm=random.choice(alarms).id)
            return
        by_hand = {
            Signal.MOAAS: float(random.randrange(6)),
            Signal.RESP_RATE: float(random.choice((4, 9, 14, 28))),
            Signal.NIBP_SYS: float(random.choice((84, 120, 165, 210))),
            Signal.NAUSEA: float(random.randrange(4)),
        }
        entered = random.choice(tuple(by_hand))
        random.choice(
            (
                bed.pause_audio,
                bed.pause_alarms,
                lambda: bed.link(False),
                lambda: bed.link(True),
                lambda: bed.restart(f"{random.choice((1, 20, 90))}s"),
                lambda: bed.observe({entered: by_hand[entered]}),
                bed.pause_infusion,
                bed.resume_infusion,
                bed.stop_infusion,
                bed.begin_reaction,
                bed.end_reaction,
                lambda: bed.patient_away(2),
                bed.patient_back,
                lambda: bed.configure(self.settings),
                *(bool,) * 15,
            )
        )()

    def measure(self) -> None:
        sys = float(self.random.choice((84, 95, 120, 130, 165, 185, 220)))
        dia = float(self.random.choice((50, 76, 112)))
        values = dict(zip(PRESSURES, (sys, dia, dia + 20), strict=True))
        failed = self.random.random() < 0.15
        if failed:
            self.bed.frame(dict.fromkeys(PRESSURES), source=CUFF, quality=Quality.CUFF_ERROR)
        else:
            self.bed.frame({**values}, source=CUFF)

    def note(self) -> None:
        """What is known now; when a rule looks again is not part of it, nor when the last one did."""
        timers = tuple(each for each in self.bed.state.timers if not each[0].startswith("rule:"))
        self.states.append(
            STATE.dump_json(replace(self.bed.state, timers=timers, now=self.bed.now))
        )

    @property
    def decided(self) -> list[str]:
        return sorted(map(repr, self.bed.effects))


def everything_is_looked_at(patch: pytest.MonkeyPatch) -> None:
    def must_look(self: RulesToEvaluate, signal: Signal, _: Reading | None) -> bool:
        return bool(self.of(signal))

    def look(
        self: RulesToEvaluate, signal: Signal, _: Reading | None, **_more: bool
    ) -> Iterator[str]:
        yield from self.of(signal)

    patch.setattr(RulesToEvaluate, "must_look", must_look)
    patch.setattr(RulesToEvaluate, "look", look)
    patch.setattr(SteadyRules, "stands", lambda *_: False)
    patch.setattr(SteadyRules, "goes_on", lambda *_: False)


def played(seed: int, seconds: int) -> RandomCourse:
    course = RandomCourse(seed)
    course.play(seconds)
    return course


def differ(seed: int, seconds: int) -> bool:
    """Whether it matters that rules at rest are passed over."""
    ours = played(seed, seconds)
    with pytest.MonkeyPatch.context() as patch:
        everything_is_looked_at(patch)
        whole = played(seed, seconds)
    return (ours.decided, ours.states) != (whole.decided, whole.states)


@pytest.mark.parametrize("seed", range(examples(6)))
def test_what_is_passed_over_changes_neither_what_is_decided_nor_what_is_known(seed: int) -> None:
    assert not differ(seed, 300)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_restart_when_an_alarm_is_over_changes_nothing_of_what_the_next_answer_covers(
    restarts: bool,
) -> None:
    bed = infusing()
    bed.spo2(86, "20s")
    bed.acknowledge("spo2_low")
    bed.spo2(97, "124s")
    # The alarm's rest ends before the next reading.
    bed.wait("2500ms")
    if restarts:
        bed.restart("1s")
    else:
        bed.wait("1s")
    for value in (97, 97, 93, 91):
        bed.spo2(value)
    (track,) = (each for each in bed.state.tracks if each.key == "spo2_low")
    assert (track.alarm, track.good, track.doubtful) == (None, (), ())
    bed.mark()
    for value, lasts in ((87, "1s"), (83, "22s"), (88, "8s")):
        bed.spo2(value, lasts, quality=Quality.LOW_PERFUSION)
    bed.acknowledge("spo2_low")
    # The answer covers the doubtful 83 of an alarm that no good reading saw: 82 is no step worse.
    bed.spo2(82, "10s")
    assert bed.story("spo2_low") == ["21s start high", "31s acknowledge high"]
