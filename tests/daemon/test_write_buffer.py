"""Readings without consequence wait a moment for each other; nothing else waits."""

from monitord.daemon.sequencing.write_buffer import AT_MOST, LINGER, WriteBuffer
from monitord.model import Answered, Cause, Event, Fault, Frame, Instant, Sample, Signal
from monitord.store.journal.entry import Entry

NOW = Instant(1_767_607_200_000_000)


def reading(*effects: Answered) -> Entry:
    frame = Frame(samples=(Sample(signal=Signal.SPO2, value=97),))
    event = Event(at=NOW, bed="1", body=frame)
    return Entry(bed="1", event=event, effects=effects)


def test_plain_readings_linger_until_their_time_is_over() -> None:
    held = WriteBuffer()
    held.add([reading()], NOW)
    held.add([reading()], Instant(NOW + LINGER - 1))
    assert held.until == NOW + LINGER
    assert held.may_wait(Instant(NOW + LINGER - 1))
    assert not held.may_wait(Instant(NOW + LINGER))


def test_an_effect_takes_all_that_waits_with_it_at_once() -> None:
    held = WriteBuffer()
    held.add([reading()], NOW)
    held.add([reading(Answered(action="a"))], NOW)
    assert not held.may_wait(NOW)
    assert len(held.take()) == 2


def test_what_was_taken_leaves_no_urgency_behind() -> None:
    held = WriteBuffer()
    held.add([reading(Answered(action="a"))], NOW)
    held.take()
    assert held.until is None
    held.add([reading()], NOW)
    assert held.may_wait(NOW)


def test_an_event_that_is_no_reading_is_written_at_once() -> None:
    fault = Fault(cause=Cause.LINK, subject="oximeter", present=True)
    held = WriteBuffer()
    held.add([Entry(bed="1", event=Event(at=NOW, bed="1", body=fault))], NOW)
    assert not held.may_wait(NOW)


def test_a_flood_does_not_pile_up() -> None:
    held = WriteBuffer()
    held.add([reading()] * AT_MOST, NOW)
    assert not held.may_wait(NOW)


def test_nothing_does_not_linger() -> None:
    assert not WriteBuffer().may_wait(NOW)
