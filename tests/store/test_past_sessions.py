"""Earlier sessions of a pseudonym: what was accepted, how the patient reacted, told from the record."""

from pathlib import Path

import pytest

from monitord.model import Effect, Event, Instant, Priority, Signal
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from monitord.store.past_sessions import PastSession, history
from tests.builders import Bed

NINE = "p-9"


class Recorded(Bed):
    """A bed whose journal is kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        super().__init__()

    def write(self, event: Event | None, effects: list[Effect], at: Instant) -> None:
        first = self._journal.last_effect_number("1") + 1
        entry = Entry(bed="1", event=event, effects=tuple(effects), first_n=first, at=at)
        self._journal.append([entry])

    def send(self, *args: object, **more: object) -> list[Effect]:
        effects = super().send(*args, **more)  # type: ignore[arg-type]
        self.write(self.events[-1], effects, self.events[-1].at)
        return effects

    def until(self, at: Instant) -> "Recorded":
        before = len(self.effects)
        super().until(at)
        if decided := self.effects[before:]:
            self.write(None, decided, at)
        return self

    def visit(self, session: str, pseudonym: str) -> None:
        assert self.admit(session, pseudonym=pseudonym) is None
        self.spo2(98, "3s")
        assert self.accept_baseline() is None


@pytest.fixture
def bed(journal: Journal) -> Recorded:
    return Recorded(journal)


def told(past: PastSession) -> list[tuple[str, Priority | None]]:
    return [(each.says, each.priority) for each in past.reacted]


def test_the_baseline_and_the_reactions_of_the_last_visit_are_found(
    bed: Recorded, journal: Journal
) -> None:
    bed.visit("s1", NINE)
    bed.start_infusion()
    bed.observe({Signal.VOMITING: 1, Signal.MOAAS: 5})
    bed.observe({Signal.VOMITING: 2})
    bed.observe({Signal.VOMITING: 1, Signal.NAUSEA: 0})
    bed.begin_reaction(reason="faint, pale")
    bed.spo2(88, "16s")
    bed.spo2(97, "20s")
    assert bed.discharge() is None
    (past,) = history(journal, NINE)
    assert (past.session, past.protocol, past.ended_at) == ("s1", "small", bed.now)
    assert past.baseline == {Signal.SPO2: 98}
    assert told(past) == [
        ("vomiting 2", None),
        ("faint, pale", None),
        ("SpO2 88 now, below 90 for 15 s", Priority.MEDIUM),
    ]


def test_only_of_this_pseudonym_and_the_latest_first(bed: Recorded, journal: Journal) -> None:
    for number, pseudonym in enumerate([NINE, "p-99", NINE, ""]):
        bed.visit(f"s{number}", pseudonym)
        bed.discharge()
    assert [past.session for past in history(journal, NINE)] == ["s2", "s0"]
    assert history(journal, "nobody") == ()
    assert history(journal, "") == ()


def test_what_was_taken_back_is_not_told(bed: Recorded, journal: Journal) -> None:
    bed.visit("s1", NINE)
    bed.observe({Signal.HEADACHE: 3}, id="wrong")
    bed.accept_baseline(values={Signal.SPO2: 91.0}, id="also wrong")
    bed.void("wrong")
    bed.void("also wrong")
    (past,) = history(journal, NINE)
    assert past.baseline == {Signal.SPO2: 98}
    assert past.reacted == ()


def test_nothing_of_an_earlier_visit_holds_in_the_next(bed: Recorded) -> None:
    bed.visit("s1", NINE)
    bed.discharge()
    bed.admit("s2", pseudonym=NINE)
    assert bed.state.session
    assert bed.state.session.baseline == ()


def test_a_record_of_earlier_is_read_after_a_restart(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        Recorded(journal).visit("s1", NINE)
    with Journal.open(tmp_path / "j.db", read_only=True) as again:
        assert [past.baseline for past in history(again, NINE)] == [{Signal.SPO2: 98}]
