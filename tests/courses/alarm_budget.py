"""How often a patient who is well makes somebody come: real nights, and ordinary days of the twins.

    .venv/bin/python -m tests.courses.alarm_budget ../shared/data

prints the tables of docs/replay-figures.md. The budget (the alarm model, section 6): starts of medium or high at most 1 an hour,
tellings at most 1 an hour where each is answered within 30 s.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from devices.twin.body import Body as TwinBody
from devices.twin.oximeter_body import Oximeter
from monitord.config.suite.example_suite import example_routes
from monitord.driver import Bedside
from monitord.engine.protocol.protocol import Cuff, Protocol, Settings, Source, canonical
from monitord.model import (
    HOUR,
    NIBP,
    SECOND,
    Configured,
    Frame,
    Instant,
    Sample,
    Signal,
)
from monitord.model.timeline import BedTimeline
from monitord.replay.stories.story_play import ZERO
from monitord.replay.stories.subject import read_subject
from tests.courses.answered_bed import HEAD, AlarmCount, AnsweredBed
from tests.courses.recorded_load import load

SHIPPED: Final = ("ketamine_iv_0_5_40", "ketamine_iv_0_5_40+postpartum")
DAYS: Final = range(10)
BUDGET: Final = 1.0
"""Starts, and tellings that are answered, an hour."""

_SYMPTOMS: Final[dict[str, int]] = dict.fromkeys(
    (
        *("nausea", "vomiting", "dizziness", "dissociation", "hallucination", "double_vision"),
        *("anxiety", "headache", "visual_disturbance", "dyspnoea", "chest_pain"),
    ),
    0,
)
_START, _STOP, _END = 15 * 60, 55 * 60, 175 * 60
"""Seconds from admission to the drug, to its end, to leaving."""
_MEASURES: Final = 25
"""Seconds that a cuff needs."""
_BEFALLS: Final = (
    # Fault, how many an hour, mean seconds: most are short, some are long. An awake patient's (proposed): a twin's oximeter shows
    # 73 to 79 % throughout a motion and marks it until 6 s after.
    ("motion", 4.0, 5),
    ("low_perfusion", 1.0, 45),
    ("probe_off", 0.5, 20),
)


def nights(shared: Path, protocol: Protocol) -> AlarmCount:
    """Both real nights, as though they were infusions."""
    return load(shared / "checkme", protocol)


def ordinary(seed: int) -> BedTimeline:
    """A patient to whom nothing happens but what does every day: she moves, her hand is cold, the probe slips."""
    dice = Random(f"ordinary day {seed}")
    faults: list[dict[str, Any]] = []
    for fault, an_hour, mean in _BEFALLS:
        t = 0.0
        while (t := t + dice.expovariate(an_hour / 3600)) < _END:
            lasts = f"{1 + dice.expovariate(1 / mean):.0f}s"
            faults.append({"at": f"{t:.0f}s", "fault": fault, "device": "oximeter", "for": lasts})
    baseline = {
        "spo2": round(dice.uniform(96.2, 98.5), 1),
        "pulse_rate": round(dice.uniform(62, 84)),
        "nibp_sys": round(dice.uniform(106, 126)),
        "nibp_dia": round(dice.uniform(64, 80)),
    }
    course = {"drug": "ketamine", "start": f"{_START}s", "stop": f"{_STOP}s"}
    calm = _SYMPTOMS | {"moaas": 5, "resp_rate": 14}
    felt = calm | {"dissociation": 1, "dizziness": 1}
    staff = [
        {"at": "0s", "do": "admit", "session": "s", "protocol": SHIPPED[0]},
        {"at": "0s", "do": "start_baseline"},
        {"at": "30s", "do": "observe", "values": calm},
        {"at": f"{_START}s", "do": "start_infusion", "override": "the gate was kept on paper"},
        {"at": f"{_START + 60}s", "do": "observe", "every": "9min", "times": 5, "values": felt},
        {"at": f"{_STOP}s", "do": "stop_infusion"},
        {"at": f"{_STOP + 60}s", "do": "observe", "every": "14min", "times": 8, "values": calm},
    ]
    return BedTimeline.model_validate(
        {
            "devices": {"oximeter": "nonin", "cuff": "suntech"},
            "patient": {"seed": seed, "baseline": baseline, "course": course},
            "staff": staff,
            "faults": faults,
        }
    )


def day(seed: int, protocol: Protocol, seconds: int = _END) -> AlarmCount:
    """A session of the twins: an oximeter's display each second, a cuff when the engine asks for it."""
    timeline = ordinary(seed)
    body = TwinBody(Bedside(timeline=timeline, start=ZERO), "oximeter")
    oximeter, bed = Oximeter(body), AnsweredBed("1")
    bed.give(ZERO, Configured(digest="ordinary", document=canonical(_settings(protocol))))
    steps = timeline.steps()
    cuff_at: int | None = None
    for t in range(seconds):
        at = Instant(ZERO + t * SECOND)
        bed.give(at, oximeter.read(t).frame(perfusion=True), "oximeter")
        while steps and steps[0].at <= t * SECOND:
            step = steps.pop(0)
            what = dict(step.what) | ({"protocol": protocol.name} if step.do == "admit" else {})
            step = step.model_copy(update={"what": what})
            bed.give(at, step.action(id=f"{step.do}-{t}", start=ZERO), "staff")
        if cuff_at is None and any(each.signal in NIBP for each in bed.requests):
            cuff_at = t + _MEASURES
        if cuff_at == t:
            bed.give(at, _pressure(body, t), "cuff")
            bed.requests.clear()
            cuff_at = None
    bed.count.hours = seconds * SECOND / HOUR
    return bed.count


def _settings(protocol: Protocol) -> Settings:
    return Settings(
        suite="ordinary",
        bed="1",
        sources={
            "oximeter": Source(
                signals=(Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX),
                interval=SECOND,
                simulated=True,
            ),
            "cuff": Source(signals=tuple(sorted(NIBP)), simulated=True),
        },
        cuff=Cuff(automatic=True),
        watch=read_subject("bed_without_session"),
        protocols={protocol.name: protocol},
        routes=dict(example_routes()),
    )


def _pressure(body: TwinBody, t: float) -> Frame:
    seen, dice = body.vitals(t), body.dice(f"cuff/{t}")
    values = {
        Signal.NIBP_SYS: seen.nibp_sys + dice.gauss(0, 3),
        Signal.NIBP_DIA: seen.nibp_dia + dice.gauss(0, 3),
        Signal.NIBP_MAP: seen.nibp_map + dice.gauss(0, 3),
    }
    return Frame(samples=tuple(Sample(signal=s, value=round(v)) for s, v in values.items()))


def days(protocol: Protocol, seeds: range = DAYS) -> AlarmCount:
    """All of them."""
    found = AlarmCount()
    for seed in seeds:
        found.add(day(seed, protocol))
    return found


def tables(shared: Path | None) -> Iterator[str]:
    """Every table, as text."""
    for name in SHIPPED:
        protocol = read_subject(name)
        parts = [("ten ordinary days", days(protocol))]
        if shared is not None:
            parts.insert(0, ("real nights", nights(shared, protocol)))
        for title, count in parts:
            yield f"{name}, {title}: {count.hours:.1f} h\n"
            yield HEAD
            yield "\n".join(count.rows()) + "\n"


if __name__ == "__main__":
    for text in tables(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(text)
