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

BEFORE, BRIEF_ONE, STANDING = 84, 81, 78
"""SpO2 of the three alarms, by which they are known in every text."""

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
    if value == BRIEF_ONE:
        # A pager has room for the bed's name alone where another alarm leads.
        found += receiver.heard("bed 2 over")
    return min((each.at for each in found), default=None)


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.TAKES], ids=str)
def test_a_destination_that(mood: Mood, told: Suite) -> None:
    suite, found = told
    # All is well, and everybody has a connection.
    falls(suite, "3", BEFORE)
    suite.until(lambda: all(heard_of(each, BEFORE) for each in found.values()), what="before")
    recovers(suite, "3")

    ill = {name: each for name, each in found.items() if mood in each.moods}
    for each in ill.values():
        each.mood = mood
    began = time.monotonic()
    brief = falls(suite, "2", BRIEF_ONE)
    pager_late = starts(suite, "2")[-1].at - brief
    recovers(suite, "2")
    stands = falls(suite, "1", STANDING)
    time.sleep(max(0.0, began + (AWAY_S if mood is Mood.AWAY else FAULT_S) - time.monotonic()))
    back = time.monotonic()
    for each in ill.values():
        each.mood = Mood.TAKES

    def all_told() -> bool:
        return all(heard_of(each, STANDING) for each in ill.values() if each.name != "syslog")

    suite.until(
        all_told,
        RETURN_S,
        what=f"not told: {[n for n, e in ill.items() if not heard_of(e, STANDING)]}",
    )
    recovers(suite, "1")

    def all_over() -> bool:
        return all(
            each.heard(f"lowest {STANDING}")
            for each in ill.values()
            if each.name not in {"syslog", "command"}
        )

    suite.until(all_over, RETURN_S, what="the end was not told")
    rows = []
    for name, each in ill.items():
        arrived = {value: heard_of(each, value) for value in (BRIEF_ONE, STANDING)}
        faults = suite.pager.lines(f"destination:{name}")
        counts = Counter(taken.key for taken in each.taken)
        first = arrived[STANDING]
        rows.append(
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
    DESTINATION_ROWS.extend(rows)
    answers = [row for row in rows if row.destination != "syslog"]
    # Who says never is not asked again about what is over; others were told at once instead.
    assert [row for row in answers if row.lost and mood is not Mood.NEVER] == []
    if FAULT_S >= 25:
        assert [row for row in answers if row.told == "no"] == []


def _late(after_fall: float, after_return: float) -> str:
    if after_return < 0:
        return f"{after_fall:.1f} s"
    return f"{after_return:.1f} s after its return"
