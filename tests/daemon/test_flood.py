"""A flood at one bed costs its own budget, and no alarm of the others.

How much later they are told than without it, `tests/faults` measures on a machine that has nothing else to do.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitord.source_rate_limit import READINGS_BURST, READINGS_PER_S
from tests.effort import thorough
from tests.faults.table import desaturate, linked, lost, present, starts
from tests.flood import flooding
from tests.peers import Mosquitto
from tests.ward import BRIEF, Ward, ward

TIMES = 3 if thorough() else 1
"""So often somebody desaturates meanwhile."""
PACED = not thorough()
"""A flood of all that the machine can keeps the whole of it busy, for as long as somebody desaturates."""
SHED = "monitord_intake_shed_total"


@pytest.fixture
def hall(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Ward]:
    """Bed 1 behind a broker, beds 2 and 3 on lines."""
    with ward(tmp_path, beds=3, watch=BRIEF) as suite:
        document = suite.document()
        document["beds"]["1"]["devices"]["oximeter"] = {
            "driver": "mqtt",
            "broker": mosquitto.url,
            "topic": "clinic/bed1",
            "simulated": True,
        }
        suite.write(document)
        yield suite


def counted(suite: Ward, name: str) -> Counter[str]:
    """What the daemon counts under this name, by bed."""
    found = re.findall(
        rf'^{name}{{.*bed="(\w+)".*}} (\S+)$', suite.get("/metrics").text, re.MULTILINE
    )
    return Counter({bed: int(float(number)) for bed, number in found})


def daemons_time(suite: Ward) -> int:
    """In ms, by the clock that the budgets count by."""
    return max(int(tile["now"]) for tile in suite.get("/api/beds").json()["beds"])


@pytest.mark.peer("mosquitto")
def test_floods_at_two_beds_cost_their_budgets_and_no_alarm_of_a_third_and_are_told_once(
    hall: Ward, mosquitto: Mosquitto
) -> None:
    hall.start()
    hall.until(lambda: all(linked(hall, bed) for bed in hall.names))
    line = hall.oximeters["2"].line.descriptor
    with ExitStack() as floods:
        floods.enter_context(flooding("mqtt", mosquitto.port, "clinic/bed1", paced=PACED))
        floods.enter_context(flooding("line", line, descriptor=line, paced=PACED))
        hall.until(lambda: all(starts(hall, bed, "overload:oximeter") for bed in ("1", "2")))
        begun = daemons_time(hall)
        before, shed = counted(hall, "monitord_frames_total"), counted(hall, SHED)
        for _ in range(TIMES):
            desaturate(hall, "3")
        taken = counted(hall, "monitord_frames_total")
        most = READINGS_BURST + READINGS_PER_S * (daemons_time(hall) - begun) / 1000
        # On a busy machine the flood is slower, too.
        hall.until(lambda: all(counted(hall, SHED)[bed] > shed[bed] for bed in ("1", "2")))
    for bed in ("1", "2"):
        assert taken[bed] - before[bed] <= most
    for bed in ("1", "2"):
        told = starts(hall, bed, "overload:oximeter")
        # Once: what a busy pager answered too late comes again under its key.
        assert len({call.key for call in told}) == 1
        assert told[0].line["priority"] == "high"
        ends = [c for c in hall.pager.lines("overload:oximeter", "clear") if c.line["bed"] == bed]
        assert ends == []
    hall.until(lambda: len(hall.pager.lines("overload:oximeter", "clear")) == len("12"))
    # Noise on a line without a checksum reads as alarms of bed 2 that are over before their message leaves.
    hall.until(lambda: not [alarm for alarm in lost(hall) if alarm.startswith("watch-3-")])


@pytest.mark.peer("mosquitto")
def test_an_overload_that_a_crash_cut_off_is_over_after_the_restart(
    hall: Ward, mosquitto: Mosquitto
) -> None:
    hall.start()
    hall.until(lambda: linked(hall, "1"))
    with flooding("mqtt", mosquitto.port, "clinic/bed1", paced=PACED):
        hall.until(lambda: starts(hall, "1", "overload:oximeter"))
        hall.kill()
    hall.start()
    hall.until(lambda: linked(hall, "1") and not present(hall, "1", "overload:oximeter"))
