"""What the second line had told is over only where that would be seen; no cluster is needed for that."""

import pytest

from monitord.hospital.second_line import CLUSTER, WORKERS, SecondLine
from monitord.model import Cause, Fault
from tests.hospital.test_overview_order import overview


def ends(cause: Cause, subject: str, **seen: bool) -> bool:
    """Whether it is over by what a service sees that has begun just now."""
    made, told = overview(), list[Fault]()
    for name, value in seen.items():
        setattr(made, name, value)
    line = SecondLine(made, lambda: pytest.fail("the record is not asked"), told.append)
    line._known = {(cause, subject): ""}
    line.look()
    return any(fault.subject == subject and not fault.present for fault in told)


async def test_missing_workers_are_over_only_once_every_bed_has_one() -> None:
    assert not ends(Cause.CLUSTER, WORKERS, up=False)
    assert not ends(Cause.CLUSTER, WORKERS, up=True)
    assert ends(Cause.CLUSTER, WORKERS, up=True, owned=True)


async def test_the_cluster_is_back_once_it_is_spoken_to() -> None:
    assert not ends(Cause.CLUSTER, CLUSTER, up=False)
    assert ends(Cause.CLUSTER, CLUSTER, up=True)


async def test_an_alarm_is_answered_only_once_the_beds_were_read() -> None:
    assert not ends(Cause.UNANSWERED, "icu/1/a/spo2_low/1", up=True)
    assert ends(Cause.UNANSWERED, "icu/1/a/spo2_low/1", up=True, folded=True)
