"""An answer from outside is good for one answer, one person and one alarm, until its end, and after a restart too."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitord.daemon.host.actions_once import ActionResults
from monitord.daemon.host.replies_as_actions import RepliesAsActions
from monitord.model import HOUR, Answered, Instant, StaffAction
from monitord.notify.notifier import Reply
from tests.builders_station import NOW, line, session, state, track

ALARM = line("1").id
UNTIL = Instant(NOW + HOUR)


class Suite:
    """One bed with an alarm that the pager was told of; what was done, and how late it is."""

    def __init__(self) -> None:
        told = track(line("1"))
        assert told.alarm is not None
        told = replace(
            told,
            alarm=replace(told.alarm, telling=replace(told.alarm.telling, told=("pager",))),
        )
        self.state = state("1", visit=session(), tracks=(told,))
        self.engines = {"1": self}
        self.now = NOW
        self.acted: list[StaffAction] = []
        self.results = ActionResults()
        self.desk = self.started()

    def started(self) -> RepliesAsActions:
        """The desk of a daemon that begins; what the journal knows is known to it."""
        pager = SimpleNamespace(config=SimpleNamespace(answers=("accept", "reject")))
        suite = SimpleNamespace(destinations={"pager": pager}, language="en")
        current = cast("Any", SimpleNamespace(suite=suite))
        return RepliesAsActions(current, cast("Any", self), self.results, lambda: self.now)

    async def act(self, _bed: str | None, action: StaffAction, *, source: str) -> Answered:
        assert source == "pager"
        self.acted.append(action)
        await asyncio.sleep(0)
        return Answered(action=action.id)

    def over(self) -> None:
        """The alarm ended."""
        self.state = replace(self.state, tracks=())


@pytest.fixture
def suite() -> Suite:
    return Suite()


def reply(by: str = "nurse 7", word: Any = "accept", *, key: str = "message 1") -> Reply:
    return Reply(alarm=ALARM, word=word, by=by, key=key, until=UNTIL)


async def test_a_link_is_used_once_and_the_same_again_gets_the_same(suite: Suite) -> None:
    assert await suite.desk.take("pager", reply()) is None
    assert await suite.desk.take("pager", reply()) is None
    for other in (reply("nurse 8"), reply(word="reject")):
        assert "good for one" in (await suite.desk.take("pager", other) or "")
    assert [action.by for action in suite.acted] == ["nurse 7"]
    # The next message has a link of its own.
    assert await suite.desk.take("pager", reply("nurse 8", key="message 2")) is None
    assert [action.by for action in suite.acted] == ["nurse 7", "nurse 8"]


async def test_two_who_use_it_at_once_are_one_who_was_first(suite: Suite) -> None:
    both = (suite.desk.take("pager", reply("nurse 7")), suite.desk.take("pager", reply("nurse 8")))
    first, second = await asyncio.gather(*both)
    assert first is None
    assert "good for one" in (second or "")
    assert len(suite.acted) == 1


async def test_a_word_that_is_not_allowed_uses_nothing_up(suite: Suite) -> None:
    assert await suite.desk.take("pager", reply(word="acknowledge")) is not None
    assert await suite.desk.take("pager", reply()) is None
    assert len(suite.acted) == 1


async def test_a_link_ends_though_its_alarm_stands(suite: Suite) -> None:
    suite.now = UNTIL
    assert "too old" in (await suite.desk.take("pager", reply()) or "")
    assert suite.acted == []


async def test_after_a_restart_a_used_link_stays_used_also_when_its_alarm_is_over(
    suite: Suite,
) -> None:
    assert await suite.desk.take("pager", reply()) is None
    suite.over()
    suite.now = Instant(UNTIL + 1)
    again = suite.started()
    # The pager that never heard the answer asks again.
    assert await again.take("pager", reply()) is None
    assert await again.take("pager", reply("nurse 8")) is not None
    assert len(suite.acted) == 1
