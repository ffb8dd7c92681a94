"""The journal keeps who must still be told, in order, and what became of each message."""

import pytest

from monitord.model import AlarmEvent, Attempt, Instant, Reason, Withdraw
from monitord.store.journal.journal import Journal
from monitord.store.outbox_rows import ERROR_LENGTH, RowState
from tests.store.builders import at, deadline, deliveries, line, notify

ALARM = "s1/spo2_low/1"


def waiting(journal: Journal) -> list[str]:
    return [message.key for message in journal.outbox.waiting()]


def states(journal: Journal) -> list[tuple[str, str]]:
    return [(row["key"], row["state"]) for row in deliveries(journal, ALARM)]


def test_a_message_waits_as_soon_as_it_is_journaled(journal: Journal) -> None:
    told = notify("k1", line(1))
    journal.append([deadline(1, told)])
    assert journal.outbox.waiting() == [told]
    (row,) = deliveries(journal, ALARM)
    assert (row["state"], row["attempts"], row["at"]) == (RowState.QUEUED, 0, at(1))


def test_the_same_key_is_queued_once(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)), notify("k1", line(1)))])
    journal.append([deadline(2, notify("k1", line(1)), n=3)])
    assert waiting(journal) == ["k1"]


def test_messages_wait_in_the_order_in_which_they_were_decided(journal: Journal) -> None:
    journal.append([deadline(1, notify("b", line(1)), notify("a", line(1, "other"), "station"))])
    journal.append([deadline(2, notify("c", line(2)), n=3)])
    assert waiting(journal) == ["b", "a", "c"]


def test_what_was_sent_does_not_wait(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.mark([Attempt(key="k1", at=at(2))])
    assert waiting(journal) == []
    (row,) = deliveries(journal, ALARM)
    assert (row["state"], row["sent_at"], row["attempts"]) == (RowState.SENT, at(2), 1)


def test_a_failed_attempt_waits_on_with_its_error_and_its_next_time(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.mark([Attempt(key="k1", at=at(2), error="refused " * 1000, next_at=at(12))])
    assert waiting(journal) == ["k1"]
    (row,) = deliveries(journal, ALARM)
    assert (row["attempts"], row["next_at"]) == (1, at(12))
    assert row["last_error"] == ("refused " * 1000)[:ERROR_LENGTH]


def test_a_later_success_takes_the_error_away(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    failed = Attempt(key="k1", at=at(2), error="refused", next_at=at(12))
    journal.mark([failed, Attempt(key="k1", at=at(12))])
    (row,) = deliveries(journal, ALARM)
    assert (row["state"], row["attempts"], row["last_error"]) == (RowState.SENT, 2, None)


def test_what_was_given_up_is_failed_and_does_not_wait(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.mark([Attempt(key="k1", at=at(2), error="gone")])
    assert states(journal) == [("k1", RowState.FAILED)]
    assert waiting(journal) == []


def test_an_answer_withdraws_what_is_queued_and_nothing_decided_after_it(journal: Journal) -> None:
    journal.append([deadline(1, notify("old", line(1)), notify("other", line(1, "other")))])
    end = notify("end", line(2, event=AlarmEvent.CLEAR, reason=Reason.CLEARED))
    journal.append([deadline(2, notify("same step", line(2)), Withdraw(alarm=ALARM), end, n=3)])
    assert states(journal) == [
        ("old", RowState.WITHDRAWN),
        ("same step", RowState.WITHDRAWN),
        ("end", RowState.QUEUED),
    ]
    assert waiting(journal) == ["other", "end"]


@pytest.mark.parametrize("next_at", [at(4), None])
def test_an_attempt_that_fails_after_the_answer_stays_withdrawn(
    journal: Journal, next_at: Instant | None
) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.append([deadline(2, Withdraw(alarm=ALARM), n=2)])
    journal.mark([Attempt(key="k1", at=at(3), error="refused", next_at=next_at)])
    assert states(journal) == [("k1", RowState.WITHDRAWN)]


def test_a_message_that_arrived_after_the_answer_is_sent(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.append([deadline(2, Withdraw(alarm=ALARM), n=2)])
    journal.mark([Attempt(key="k1", at=at(3))])
    assert states(journal) == [("k1", RowState.SENT)]


def test_what_was_queued_survives_a_restart(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([deadline(1, notify("k1", line(1)), notify("k2", line(1, "other")))])
        journal.mark([Attempt(key="k1", at=at(1))])
    with Journal.open(url) as journal:
        assert waiting(journal) == ["k2"]
