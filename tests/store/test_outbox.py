"""The outbox hands out what is due, in order, and keeps what became of it."""

from dataclasses import replace

import pytest

from monitord.model import AlarmEvent, Instant, Priority, Reason, Withdraw
from monitord.store.journal import Journal
from monitord.store.outbox import Delivery, State
from tests.store.builders import at, deadline, line, notify


def keys(deliveries: list[Delivery]) -> list[str]:
    return [delivery.key for delivery in deliveries]


def states(journal: Journal, alarm: str) -> list[tuple[str, State]]:
    return [(row.key, row.state) for row in journal.outbox.of_alarm(alarm)]


def test_a_notification_is_due_as_soon_as_it_is_journaled(journal: Journal) -> None:
    told = notify("k1", line(1))
    journal.append([deadline(1, told)])
    (delivery,) = journal.outbox.due("pager", at(1))
    assert delivery.notify == told
    assert (delivery.state, delivery.attempts, delivery.at) == (State.QUEUED, 0, at(1))
    assert journal.outbox.due("station", at(1)) == []


def test_the_same_key_is_queued_once(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)), notify("k1", line(1)))])
    journal.append([deadline(2, notify("k1", line(1)), n=3)])
    assert journal.outbox.queued() == {"pager": 1}


def test_what_was_sent_is_not_due_again(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.outbox.mark_sent("k1", at(2))
    assert journal.outbox.due("pager", at(9)) == []
    (row,) = journal.outbox.of_alarm("s1/spo2_low/1")
    assert (row.state, row.sent_at, row.attempts) == (State.SENT, at(2), 1)


def test_a_failed_attempt_is_due_at_its_next_time_with_its_error(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.outbox.mark_failed("k1", at(2), "refused " * 1000, at(12))
    assert journal.outbox.due("pager", at(11)) == []
    assert journal.outbox.next_due("pager") == at(12)
    (row,) = journal.outbox.due("pager", at(12))
    assert row.attempts == 1
    assert row.last_error is not None
    assert row.last_error.startswith("refused")
    assert len(row.last_error) == 500


def test_what_was_given_up_is_failed_and_leaves_the_queue(journal: Journal) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.outbox.mark_failed("k1", at(2), "gone", None)
    assert states(journal, "s1/spo2_low/1") == [("k1", State.FAILED)]
    assert journal.outbox.queued() == {}
    assert journal.outbox.next_due("pager") is None


def test_the_rows_of_one_alarm_wait_for_each_other(journal: Journal) -> None:
    first, worse = line(1), line(2, event=AlarmEvent.ESCALATE, priority=Priority.HIGH)
    journal.append([deadline(1, notify("first", first), notify("worse", worse))])
    journal.outbox.mark_failed("first", at(2), "refused", at(10))
    assert journal.outbox.due("pager", at(3)) == []
    journal.outbox.mark_sent("first", at(10))
    assert keys(journal.outbox.due("pager", at(10))) == ["worse"]


def test_an_alarm_that_became_high_goes_before_older_low_ones(journal: Journal) -> None:
    low = [notify(f"low{n}", line(n, f"low{n}", priority=Priority.LOW)) for n in range(5)]
    late = line(9, "late", priority=Priority.LOW)
    worse = replace(late, event=AlarmEvent.ESCALATE, priority=Priority.HIGH)
    journal.append([deadline(9, *low, notify("late", late), notify("worse", worse))])
    assert keys(journal.outbox.due("pager", at(9), limit=2)) == ["late", "low0"]


def test_an_answer_withdraws_what_is_queued_and_nothing_decided_after_it(journal: Journal) -> None:
    journal.append([deadline(1, notify("old", line(1)), notify("other", line(1, "other")))])
    end = notify("end", line(2, event=AlarmEvent.CLEAR, reason=Reason.CLEARED))
    journal.append(
        [deadline(2, notify("same step", line(2)), Withdraw(alarm="s1/spo2_low/1"), end, n=3)]
    )
    assert states(journal, "s1/spo2_low/1") == [
        ("old", State.WITHDRAWN),
        ("same step", State.WITHDRAWN),
        ("end", State.QUEUED),
    ]
    assert sorted(keys(journal.outbox.due("pager", at(2)))) == ["end", "other"]


@pytest.mark.parametrize("next_at", [at(4), None])
def test_an_attempt_that_fails_after_the_answer_stays_withdrawn(
    journal: Journal, next_at: Instant | None
) -> None:
    journal.append([deadline(1, notify("k1", line(1)))])
    journal.append([deadline(2, Withdraw(alarm="s1/spo2_low/1"), n=2)])
    journal.outbox.mark_failed("k1", at(3), "refused", next_at)
    assert states(journal, "s1/spo2_low/1") == [("k1", State.WITHDRAWN)]


def test_a_full_queue_lets_reminders_go_and_never_a_start(journal: Journal) -> None:
    journal.append(
        [
            deadline(
                1,
                notify("start", line(1)),
                notify("repeat", line(1), reason=Reason.REPEATED),
                notify("reminder1", line(1), reason=Reason.REMINDER),
                notify("reminder2", line(1), reason=Reason.REMINDER),
                notify("elsewhere", line(1), "station", Reason.REMINDER),
            )
        ]
    )
    assert journal.outbox.shed("pager", room=4) == 0
    assert journal.outbox.shed("pager", room=3) == 1
    assert dict(states(journal, "s1/spo2_low/1"))["reminder1"] is State.SHED
    assert journal.outbox.shed("pager", room=0) == 2
    assert journal.outbox.queued() == {"pager": 1, "station": 1}
    assert keys(journal.outbox.due("pager", at(1))) == ["start"]


def test_what_was_queued_survives_a_restart(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([deadline(1, notify("k1", line(1)), notify("k2", line(1, "other")))])
        journal.outbox.mark_sent("k1", at(1))
    with Journal.open(url) as journal:
        assert keys(journal.outbox.due("pager", Instant(at(1)))) == ["k2"]
