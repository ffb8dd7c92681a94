"""One edition's engine over one course: its processor time a step, the best of a few rounds, as one line of JSON.

It runs with `PYTHONPATH` on the edition that is measured, so it names only what 0.1.0 has as well: the bed of
`stages.py` with the ketamine protocol as that edition ships it. `two_editions.py` starts it.
"""

import csv
import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from monitord.model import SECOND, Event, Frame, Instant, Quality, Sample, Signal
from tests.bench.stages import START, infusing

ROUNDS = 2
LENGTH = 4000
PRESSURE_EVERY = 300
"""Seconds; as the protocol asks for it, so that no reading is overdue."""
NIGHT = Path("checkme/checkme-o2-max-20260309.csv")
"""6.2 h of a real oximeter, a reading each 2 s; its values alone are used."""

Reading = tuple[float | None, float | None, Quality]
"""SpO2, pulse rate, and the mark on both."""
GOOD = Quality.GOOD


def well() -> Iterator[Reading]:
    """Nothing is near a limit."""
    for n in range(LENGTH):
        yield 95 + n % 4, 65 + n % 9, GOOD


def standing() -> Iterator[Reading]:
    """SpO2 is low from the first minute on, and nobody answers."""
    for n in range(LENGTH):
        yield (97 if n < 60 else 86 + n % 3), 65 + n % 9, GOOD


def restless() -> Iterator[Reading]:
    """Falls and rises, numbers marked motion, a probe that slips: hardly two seconds alike."""
    random = Random(15)
    spo2, target, lasts, mark = 97.0, 97.0, 0, GOOD
    for _ in range(LENGTH):
        if lasts == 0:
            lasts = random.choice((2, 5, 12, 30, 70))
            target = random.choice((97.0, 96.0, 93.0, 89.0, 84.0, 78.0))
            mark = random.choice((GOOD, GOOD, Quality.MOTION, Quality.PROBE_OFF))
        lasts -= 1
        spo2 += max(-3.0, min(3.0, target - spo2))
        lost = mark is Quality.PROBE_OFF
        yield None if lost else spo2, None if lost else 70 + (97 - spo2), mark


def night(recordings: Path) -> Iterator[Reading]:
    """What an oximeter read in a real night."""
    with (recordings / NIGHT).open(newline="") as file:
        for row in csv.DictReader(file):
            values = [row[key] for key in ("Oxygen Level", "Pulse Rate")]
            lost = "--" in values
            spo2, pulse = (None if lost else float(each) for each in values)
            yield spo2, pulse, Quality.PROBE_OFF if lost else GOOD


def events(course: str, recordings: Path) -> list[Event]:
    """The frames of a course, with a pressure from the cuff every five minutes."""
    every = 2 if course == "night" else 1
    given = night(recordings) if course == "night" else COURSES[course]()
    found = []
    for n, (spo2, pulse, quality) in enumerate(given):
        at = Instant(START + (n + 1) * every * SECOND)
        if n * every % PRESSURE_EVERY == 0:
            pressures = {Signal.NIBP_SYS: 124.0, Signal.NIBP_DIA: 76.0, Signal.NIBP_MAP: 92.0}
            samples = tuple(Sample(signal=s, value=v) for s, v in pressures.items())
            found.append(Event(at=at, bed="1", body=Frame(samples=samples), source="cuff"))
        values = {Signal.SPO2: spo2, Signal.PULSE_RATE: pulse}
        samples = tuple(Sample(signal=s, value=v, quality=quality) for s, v in values.items())
        found.append(Event(at=at, bed="1", body=Frame(samples=samples), source="oximeter"))
    return found


COURSES = {"well": well, "standing": standing, "restless": restless}


def main() -> None:
    course, recordings = sys.argv[1], Path(sys.argv[2])
    given = events(course, recordings)
    best, said = float("inf"), 0
    for _ in range(ROUNDS):
        engine = infusing()
        gc.collect()
        began = time.process_time()
        said = sum(len(engine.step(each)) for each in given)
        best = min(best, time.process_time() - began)
    print(json.dumps({"us": 1e6 * best / len(given), "steps": len(given), "effects": said}))


if __name__ == "__main__":
    main()
