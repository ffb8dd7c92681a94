"""The next deadline of many engines, found without asking each of them."""

from monitord.daemon.sequencing.engine_deadlines import EngineDeadlines
from monitord.engine.engine import Engine
from monitord.model import SECOND, Instant
from tests.builders import admitted

LATER = Instant(2**60)


def engines() -> dict[str | None, Engine]:
    return {"1": admitted().engine, None: Engine(None), "2": admitted().engine}


def test_the_earliest_deadline_is_that_of_the_engine_that_has_it() -> None:
    known = engines()
    due = EngineDeadlines(known)
    for bed in known:
        due.note(bed)
    assert due.earliest == min(e.deadline for e in known.values() if e.deadline is not None)


def test_beds_are_taken_once_and_come_back_when_they_are_noted() -> None:
    known = engines()
    due = EngineDeadlines(known)
    for bed in known:
        due.note(bed)
    assert due.take(LATER) == ["1", "2"]
    assert due.take(LATER) == []
    due.note("1")
    assert due.take(LATER) == ["1"]


def test_a_bed_that_is_gone_is_forgotten() -> None:
    known = engines()
    due = EngineDeadlines(known)
    due.note("1")
    del known["1"]
    due.note("1")
    assert due.earliest is None


def test_a_deadline_that_lies_ahead_is_not_taken() -> None:
    known = engines()
    due = EngineDeadlines(known)
    due.note("1")
    assert due.earliest is not None
    assert due.take(Instant(due.earliest - SECOND)) == []
