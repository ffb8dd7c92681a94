"""The journals of released versions are read, verified and folded, and give the lines that were told."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from monitord.engine.state import State
from monitord.model import (
    AlarmLine,
    AlarmPhase,
    Arrived,
    Event,
    FillForm,
    Frame,
    Instant,
    Move,
    Priority,
    Sample,
    Signal,
    SwapDevice,
)
from monitord.replay.run.replay_run import replay_file
from monitord.store.chain_verification import verify
from monitord.store.database import schema
from monitord.store.engines_from_journal import restore
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from monitord.store.line_json import line_json
from tests.store.journals.kept import EVERY, V0_1_0, Kept

every = pytest.mark.parametrize("kept", EVERY, ids=lambda kept: kept.folder.name)


def in_order(lines: list[str]) -> list[str]:
    """By time and bed: at one instant the beds have no order among them."""
    return sorted(lines, key=lambda text: [json.loads(text)[key] or "" for key in ("at", "bed")])


def stored_lines(journal: Journal) -> list[str]:
    """The lines of the journal as they were told: keys that a later version added say nothing."""
    stored = [row.effect for row in journal.effects(type="alarm")]
    lines = [line_json(line, durable=True) for line in stored if isinstance(line, AlarmLine)]
    return in_order([without_later_keys(line) for line in lines])


LATER = [
    "worst",
    "worst_at",
    "value_at",
    "says",
    "relation",
    "compares",
    "state",
    "audio_paused",
    "confidential",
]


def without_later_keys(text: str) -> str:
    line = json.loads(text)
    assert not any(line.pop(key, None) for key in LATER)
    return json.dumps(line, ensure_ascii=False)


@every
def test_it_is_small(kept: Kept) -> None:
    assert sum(file.stat().st_size for file in kept.folder.iterdir()) < 200_000


@every
def test_it_holds_the_lines_that_were_told(kept: Kept, tmp_path: Path) -> None:
    with Journal.open(kept.unpack(tmp_path), read_only=True) as journal:
        assert stored_lines(journal) == in_order(kept.lines())


@every
def test_its_replay_reads_every_event_and_leaves_what_was_told_as_it_is(
    kept: Kept, tmp_path: Path
) -> None:
    """A replay asks what this version would say; it may differ from what an older one said."""
    copy = kept.unpack(tmp_path)
    replayed = [json.loads(text) for text in list(replay_file(str(copy)).texts())[1:]]
    told = [json.loads(text) for text in kept.lines()]
    starts = [
        {(line["bed"], line["alarm"]) for line in lines if line["event"] == "start"}
        for lines in (replayed, told)
    ]
    # Every alarm of the patient that was told is one now as well.
    assert {key for key in starts[1] if ":" not in key[1]} <= starts[0]
    with Journal.open(copy, read_only=True) as journal:
        assert stored_lines(journal) == in_order(kept.lines())


@every
def test_its_chains_are_whole_and_show_a_change(kept: Kept, tmp_path: Path) -> None:
    copy = kept.unpack(tmp_path)
    with Journal.open(copy, read_only=True) as journal:
        found = verify(journal.database)
        assert found.faults == ()
        assert found.links > 100
    with Journal.open(copy) as journal, journal.database.write() as connection:
        audit = schema.audit.c
        linked = select(func.max(audit.ref)).where(audit.kind == "effect").scalar_subquery()
        connection.execute(delete(schema.effects).where(schema.effects.c.id == linked))
    with Journal.open(copy, read_only=True) as journal:
        assert verify(journal.database).faults


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The journal of 0.1.0 without its snapshots: a later version cannot use them."""
    copy = V0_1_0.unpack(tmp_path)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM snapshots")
        connection.commit()
    with Journal.open(copy) as opened:
        yield opened


def folded(journal: Journal, bed: str | None) -> State:
    """The bed's state at the end of the journal; nothing is skipped, nothing is decided twice."""
    until = journal.last_instant()
    assert until is not None
    restored = restore(journal, bed, until)
    assert restored.skipped == frozenset()
    assert restored.unrecorded == ()
    return restored.engine.state


def test_the_fold_finds_the_open_session_and_what_staff_did(journal: Journal) -> None:
    session = folded(journal, "2").session
    assert session is not None
    assert (session.pseudonym, session.phase, session.overlays) == (
        "P-014",
        "infusion",
        ("postpartum",),
    )
    actions = [step.action for step in session.steps]
    (form,) = [each for each in actions if isinstance(each, FillForm)]
    assert (form.form, form.answers["item_10"], form.answers["item_1"]) == ("epds", 0, 2)
    (swap,) = [each for each in actions if isinstance(each, SwapDevice)]
    assert (swap.bed, swap.with_device) == ("1", "pocket")
    assert {each.signal: each.value for each in session.baseline}[Signal.NIBP_SYS] == 128
    assert [(each.rule, each.limit) for each in session.adjusted] == [("nibp_sys_low", "<95")]
    left = folded(journal, "1")
    assert left.session is None
    assert [track.key for track in left.tracks if track.alarm] == []


def test_the_fold_finds_each_alarm_with_its_answer_and_the_pause(journal: Journal) -> None:
    state = folded(journal, "2")
    alarms = {track.key: track.alarm for track in state.tracks if track.alarm}

    answered = alarms["spo2_low"]
    assert (answered.phase, answered.priority) == (AlarmPhase.ANSWERED, Priority.HIGH)
    assert answered.answered_by == "nurse"
    assert answered.expires_at is not None
    assert answered.expires_at > state.now

    unanswered = alarms["nibp_sys_high"]
    assert (unanswered.phase, unanswered.priority) == (AlarmPhase.ACTIVE, Priority.MEDIUM)
    assert unanswered.answered_by is None
    assert unanswered.telling.next_at is not None

    paused = alarms["link:cuff"]
    # Whether the pause holds it back is judged at its next telling.
    assert paused.phase is AlarmPhase.ACTIVE
    assert state.paused_until is not None
    assert state.paused_until > state.now


def test_the_fold_finds_the_swap_and_the_move(journal: Journal) -> None:
    placed = {(each.bed, each.device): each.of_device for each in folded(journal, None).swapped}
    assert placed[("1", "oximeter")] == "pocket"
    (session,) = [each for each in journal.sessions() if each.open]
    bodies = [body.body for _, body in journal.events(session=session.session)]
    (move,) = [body for body in bodies if isinstance(body, Move)]
    (arrived,) = [body for body in bodies if isinstance(body, Arrived)]
    assert (move.to, arrived.of, session.bed) == ("2", "1", "2")


def test_the_journal_goes_on_in_its_numbers_and_chains(journal: Journal) -> None:
    seq, newest = journal.last_seq, journal.last_instant()
    assert newest is not None
    frame = Frame(samples=(Sample(signal=Signal.SPO2, value=97.0),))
    entry = Entry(bed="2", event=Event(at=Instant(newest + 1), bed="2", body=frame))
    assert journal.append([entry]) == [seq + 1]
    assert verify(journal.database).faults == ()
    (key,) = [message.key for message in journal.outbox.waiting()]
    assert key.endswith("nibp_sys_high/1/4/pager")
