"""A rule that raises takes its bed away, loudly, and nothing else; a restart passes the event over."""

import asyncio
from typing import Any

import pytest

from monitord.daemon.sequencing.clock import LiveClock
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.limit import LimitRule
from monitord.model import SECOND, CallHelp, Instant
from monitord.model.signals import Signal
from tests.daemon.livekit import Finger, Live, Paper, live, nonin, running
from tests.peers import GENEROUS_S, PseudoTerminal, until

POISON = 66


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that one value of one patient shows."""
    check = LimitRule.check

    def raising(self: LimitRule, seen: Any, at: Any) -> Any:
        reading = seen.readings.get(Signal.SPO2)
        if reading is not None and reading.value == POISON:
            raise ZeroDivisionError("planted")
        return check(self, seen, at)

    monkeypatch.setattr(LimitRule, "check", raising)
    monkeypatch.setattr(LimitRule, "quick", lambda *_: None)


async def test_one_beds_fault_is_one_beds(
    planted: None, paper: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    one, two = Finger(line1), Finger(line2)
    async with running(one.run(), two.run()), live(paper) as ward:
        await ward.desk.infuse("1")
        await ward.desk.infuse("2")
        one.spo2 = POISON
        told = await ward.until("quarantine:1", "start", bed=None)
        assert told["priority"] == "high"
        assert "ZeroDivisionError: planted" in told["text"]
        two.spo2 = 80
        await ward.until("spo2_low", "start", bed="2")
        async with asyncio.timeout(GENEROUS_S):
            refused = await ward.daemon.host.act("1", CallHelp(id="a", by="nurse"))
        assert refused.refused == "This chair is not monitored"

    one.spo2 = 80
    async with running(one.run(), two.run()), live(paper) as ward:
        await ward.until("quarantine:1", "clear", bed=None)
        await ward.until("spo2_low", "start", bed="1")
        assert (await ward.desk.tile("1"))["session"] is not None

    # The rule was mended: the event stays skipped, so that nothing is decided otherwise than it was.
    async with live(paper) as ward:
        numbers = [row.n for row in ward.journal.effects(bed="1")]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_deadline_that_raises_is_a_quarantine_too_and_does_not_keep_the_daemon_down(
    paper: Paper, line1: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = AbsenceRule.check

    def raising(self: AbsenceRule, seen: Any, at: Any) -> Any:
        reading = seen.readings.get(self.signal)
        if reading is not None and at - reading.at >= 3 * SECOND:
            raise ZeroDivisionError("planted")
        return check(self, seen, at)

    monkeypatch.setattr(AbsenceRule, "check", raising)
    finger = Finger(line1)

    def fast(newest: Instant | None) -> LiveClock:
        return LiveClock(speed=5, not_before=newest)

    async with running(finger.run()), live(paper, clock=fast) as ward:
        await until(lambda: ward.daemon.host.beds()["1"].readings)
        await ward.desk.infuse("1")
        finger.spo2 = None
        await ward.until("quarantine:1", "start", bed=None)
    async with live(paper) as ward:
        # Back within two minutes of its end it is the same alarm.
        await until(lambda: ward.story("quarantine:1", None)[-1:] == ["escalate high"])


async def test_a_record_that_this_version_cannot_follow_is_a_high_alarm(
    paper: Paper, line1: PseudoTerminal, request: pytest.FixtureRequest
) -> None:
    finger = Finger(line1, POISON)
    async with running(finger.run()), live(paper) as ward:
        await ward.desk.infuse("1")
        await ward.until("spo2_low", "start")
        _crash(ward)
    request.getfixturevalue("planted")
    async with live(paper) as ward:
        told = await ward.until("quarantine:1", "start", bed=None)
        assert "cannot follow" in told["text"]
        assert (await ward.desk.tile("1"))["session"] is not None


async def test_the_suites_own_fault_leaves_the_beds_watched(
    paper: Paper, line1: PseudoTerminal
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper) as ward:
        await ward.desk.infuse("1")
        suite = ward.daemon._sequencer.engines[None]
        step, calls = suite.step, []

        def once(event: Any) -> Any:
            calls.append(event)
            if len(calls) == 1:
                raise RuntimeError("planted")
            return step(event)

        suite.step = once  # type: ignore[method-assign]
        ward.daemon._sequencer.offer(None, CallHelp(id="h", by="nurse"))
        await ward.until("quarantine:suite", "start", bed=None)
        finger.spo2 = 80
        await ward.until("spo2_low", "start")


async def test_what_takes_an_effect_may_fail_and_the_next_effects_leave(
    paper: Paper, line1: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper) as ward:
        await ward.desk.infuse("1")
        monkeypatch.setattr(ward.daemon._outbox, "put", _raise)
        ward.daemon.host.subscribe(_raise)
        finger.spo2 = 80
        await ward.until("spo2_low", "start")
        finger.spo2 = 97
        await ward.until("spo2_low", "clear")
        assert not ward.task.done()


def _crash(ward: Live) -> None:
    """No snapshot is left that would spare the next start the events."""
    setattr(ward.daemon._sequencer._snapshots, "save", _nothing)  # noqa: B010 - a planted fault


async def _nothing(*_: Any) -> None:
    """Instead of a snapshot."""


def _raise(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("planted")
