"""A device that changes its mind a thousand times a second: how it ends is known, the rest is counted."""

from monitord.daemon.sequencing.inbox import FAULTS_AT_MOST, Inbox
from monitord.model import Cause, Event, Fault, Instant


def battery(number: int, *, present: bool, bed: str | None = "1") -> Event:
    fault = Fault(cause=Cause.BATTERY, subject="oximeter", present=present)
    return Event(at=Instant(number), bed=bed, body=fault, source="oximeter")


def drained(inbox: Inbox) -> list[Event]:
    found = []
    while inbox:
        found += inbox.take()
    return found


def test_of_a_flood_of_faults_the_first_and_the_last_are_kept_in_order() -> None:
    inbox = Inbox()
    events = [battery(n, present=n % 2 == 0) for n in range(10_000)]
    for event in events:
        assert inbox.put(event)
    assert len(inbox) == FAULTS_AT_MOST + 1
    assert drained(inbox) == [*events[:FAULTS_AT_MOST], events[-1]]
    assert inbox.shed == {"1": 10_000 - FAULTS_AT_MOST - 1}


def test_room_comes_back_when_faults_were_taken() -> None:
    inbox = Inbox()
    for _ in range(3):
        for n in range(FAULTS_AT_MOST):
            inbox.put(battery(n, present=True))
        assert len(drained(inbox)) == FAULTS_AT_MOST
    assert not inbox.shed["1"]


def test_faults_of_the_suite_are_always_taken() -> None:
    inbox = Inbox()
    for n in range(FAULTS_AT_MOST * 3):
        inbox.put(battery(n, present=True, bed=None))
    assert len(drained(inbox)) == FAULTS_AT_MOST * 3
