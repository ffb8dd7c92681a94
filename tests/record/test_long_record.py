"""A report and an explanation of a long record begin at what is kept, and say the same."""

from pathlib import Path

import pytest

from monitord.engine.engine import Engine
from monitord.model import Event, Instant
from monitord.record.record import read_record
from monitord.record.session_report import report
from monitord.store.engines_from_journal import engine_at, restore, snapshot_of
from monitord.store.journal.journal import Journal
from tests.record.journaled import JournaledBed, an_infusion


@pytest.fixture
def lived(tmp_path: Path) -> tuple[Path, JournaledBed]:
    """The session of `an_infusion`, which is still open."""
    bed = an_infusion(tmp_path / "journal.db")
    place = tmp_path / "open.db"
    discharged = next(
        n
        for n, each in reversed(list(enumerate(bed.entries)))
        if each.event and each.event.body.type == "discharge"
    )
    bed.entries = bed.entries[:discharged]
    return bed.write(place), bed


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that an engine took."""
    taken: list[Event] = []
    step = Engine.step

    def counted(engine: Engine, event: Event) -> object:
        taken.append(event)
        return step(engine, event)

    monkeypatch.setattr(Engine, "step", counted)
    return taken


def test_the_report_of_an_open_session_begins_at_the_newest_state(
    lived: tuple[Path, JournaledBed], steps: list[Event]
) -> None:
    place, _ = lived
    with Journal.open(place) as journal:
        (session,) = [each for each in journal.sessions() if each.open]
        whole = read_record(journal, session.session)
        without = len(steps)
        until = journal.last_instant()
        assert until is not None
        engine = restore(journal, "1", until).engine
        journal.save_snapshot(snapshot_of(engine, "1", journal.last_seq))
        steps.clear()
        shorter = read_record(journal, session.session)
    assert len(steps) < without / 2
    assert shorter.gate == whole.gate
    assert report(shorter) == report(whole)


def test_a_state_of_another_session_shortens_no_report(
    lived: tuple[Path, JournaledBed], steps: list[Event]
) -> None:
    place, _ = lived
    with Journal.open(place) as journal:
        ended = next(each for each in journal.sessions() if not each.open)
        whole = read_record(journal, ended.session)
        until = journal.last_instant()
        assert until is not None
        engine = restore(journal, "1", until).engine
        journal.save_snapshot(snapshot_of(engine, "1", journal.last_seq))
        assert read_record(journal, ended.session) == whole


def test_an_explanation_of_the_past_folds_the_session_of_then_alone(
    lived: tuple[Path, JournaledBed], steps: list[Event]
) -> None:
    place, _ = lived
    with Journal.open(place) as journal:
        admitted = [each.admitted_at for each in journal.sessions()]
        end = journal.last_instant()
        assert end is not None
        for at in range(admitted[0], end, (end - admitted[0]) // 7):
            told = engine_at(journal, "1", Instant(at)).state
            whole = Engine("1")
            for _, event in journal.events(bed="1"):
                if event.at <= at:
                    whole.step(event)
            whole.advance(Instant(at))
            assert told.session == whole.state.session
            assert told.tracks == whole.state.tracks
