"""What becomes of alarms while a destination is not well: of each kind lost, late or doubled, and who was told of it.

All seven are in the same mood at once, each at its own real receiver, beside a pager that is well: none holds up
another. `MONITORD_AWAY_S` is for how long (default 60 s; 3 s in CI).
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.receivers import Mood, Receiver, receivers
from tests.faults.table import DESTINATION_ROWS, DestinationRow, linked, present, starts
from tests.ward import BRIEF, Ward, ward

AWAY_S = float(os.environ.get("MONITORD_AWAY_S", "60"))
FAULT_S = min(AWAY_S, 25.0)
"""Two attempts that time out (10 s each) are within."""
RETURN_S = 100.0
"""What was refused for good is tried once a minute."""

RESTING = BRIEF.replace("rearm: 0s", "rearm: 30s")
"""Ends are told 10 s after the last word at the earliest: the alarm must still be known then."""
assert RESTING != BRIEF

Suite = tuple[Ward, dict[str, Receiver]]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Suite]:
    with receivers(tmp_path) as found, ward(tmp_path, beds=3, watch=RESTING) as suite:
        document = suite.document()
        document["destinations"] |= {name: each.settings() for name, each in found.items()}
        for priority in ("high", "medium"):
            document["routes"][priority]["tiers"][0]["to"] = ["pager", *found]
        document["routes"]["suite"] = {
            priority: {"tiers": [{"to": ["pager", "desk"]}]} for priority in ("high", "medium")
        }
        suite.write(document)
        suite.start()
        suite.until(lambda: all(linked(suite, bed) for bed in suite.names))
        yield suite, found


def falls(suite: Ward, bed: str, value: int) -> float:
    """When the finger fell so deep that the pager was told; the pager is well."""
    before = len(starts(suite, bed))
    fell = time.monotonic()
    suite.oximeters[bed].spo2 = value
    suite.until(lambda: len(starts(suite, bed)) > before, what=f"bed {bed}: no alarm")
    return fell


def recovers(suite: Ward, bed: str) -> None:
    suite.oximeters[bed].spo2 = 97
    suite.until(lambda: not present(suite, bed), what=f"bed {bed}: the alarm does not end")


def heard_of(receiver: Receiver, value: int) -> float | None:
    """When it first heard of the alarm of this value, while it stood or once it was over."""
    found = [*receiver.heard(f"SpO2 {value} "), *receiver.heard(f"lowest {value}")]
    return min((each.at for each in found), default=None)


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.TAKES], ids=str)
def test_a_destination_that(mood: Mood, told: Suite) -> None:
    suite, found = told
    # All is well, and everybody has a connection.
    falls(suite, "3", 84)
    suite.until(lambda: all(heard_of(each, 84) for each in found.values()), what="before")
    recovers(suite, "3")

    ill = {name: each for name, each in found.items() if mood in each.moods}
    for each in ill.values():
        each.mood = mood
    began = time.monotonic()
    brief = falls(suite, "2", 81)
    pager_late = starts(suite, "2")[-1].at - brief
    recovers(suite, "2")
    stands = falls(suite, "1", 78)
    time.sleep(max(0.0, began + (AWAY_S if mood is Mood.AWAY else FAULT_S) - time.monotonic()))
    back = time.monotonic()
    for each in ill.values():
        each.mood = Mood.TAKES

    def all_told() -> bool:
        return all(heard_of(each, 78) for each in ill.values() if each.name != "syslog")

    suite.until(
        all_told, RETURN_S, what=f"not told: {[n for n, e in ill.items() if not heard_of(e, 78)]}"
    )
    recovers(suite, "1")

    def all_over() -> bool:
        return all(
            each.heard("lowest 78")
            for each in ill.values()
            if each.name not in {"syslog", "command"}
        )

    try:
        suite.until(all_over, 20, what="the end was not told")
    except BaseException:
        for n, e in ill.items():
            print("##", n, bool(e.heard("lowest 78")), [t.text[-300:] for t in e.taken[-4:]])
        raise
    for name, each in ill.items():
        arrived = {value: heard_of(each, value) for value in (81, 78)}
        faults = suite.pager.lines(f"destination:{name}")
        counts = Counter(taken.key for taken in each.taken)
        first = arrived[78]
        DESTINATION_ROWS.append(
            DestinationRow(
                destination=name,
                fault=mood.value,
                lasted=f"{back - began:.0f} s",
                lost=sum(at is None for at in arrived.values()),
                late="-" if first is None else _late(first - stands, first - back),
                doubled=sum(counts.values()) - len(counts),
                told=f"after {faults[0].at - began:.1f} s" if faults else "no",
                others=f"{pager_late:.2f} s",
            )
        )
    lost = [row for row in DESTINATION_ROWS if row.lost and row.destination != "syslog"]
    assert lost == []
    if FAULT_S >= 25:
        untold = [
            row for row in DESTINATION_ROWS if row.told == "no" and row.destination != "syslog"
        ]
        assert untold == []


def _late(after_fall: float, after_return: float) -> str:
    if after_return < 0:
        return f"{after_fall:.1f} s"
    return f"{after_return:.1f} s after its return"
