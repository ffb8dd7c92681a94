"""An action whose answer was lost is sent again, to the same daemon or to the next one, and is done once."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from monitord.daemon.host.actions_once import (
    OF_ONE_AT_MOST,
    SOURCES_AT_MOST,
    ActionResults,
)
from monitord.model import Admit, Answered, CallHelp, HandOver, StaffAction
from monitord.station.host import Pending
from monitord.store.journal.journal import Journal
from tests.builders_station import NOW
from tests.ward import Ward, ward

ANN, BEN = "nurse Ann", "nurse Ben"
EN = "en"


def send_and_hear_nothing(suite: Ward, path: str, **body: Any) -> None:
    """The request goes out whole, and whoever sent it is gone before the answer comes."""
    request = httpx2.Request("POST", f"http://127.0.0.1:{suite.port}{path}", json=body)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection(("127.0.0.1", suite.port)) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + request.read())


def outcome(suite: Ward, id_: str, by: str) -> dict[str, Any]:
    answer = suite.get(f"/api/actions/{id_}?by={by}")
    assert answer.status_code == 200, answer.text
    known: dict[str, Any] = answer.json()
    return known


def entries(suite: Ward) -> list[str]:
    """The notes of the open session, as the page shows them."""
    (bed,) = suite.get("/api/beds").json()["beds"]
    return [step["text"] for step in bed["session"]["steps"] if step["type"] == "observe"]


def test_two_nurses_lose_answers_the_daemon_is_killed_and_each_entry_stands_once(
    tmp_path: Path,
) -> None:
    path = "/api/beds/1/actions"
    note: dict[str, Any] = {"type": "observe", "values": {}, "id": "the-same-id"}
    with ward(tmp_path) as suite:
        suite.start()
        suite.admit("1")
        assert outcome(suite, "the-same-id", ANN)["state"] == "unknown"
        # Both choose the same id: each has her own.
        send_and_hear_nothing(suite, path, **note, by=ANN, note="Ann looked")
        send_and_hear_nothing(suite, path, **note, by=BEN, note="Ben looked")
        suite.until(lambda: outcome(suite, "the-same-id", ANN)["state"] == "done")
        suite.until(lambda: outcome(suite, "the-same-id", BEN)["state"] == "done")
        again = suite.post(path, **note | {"by": ANN, "note": "Ann looked"})
        assert (again.status_code, again.json()["action"]) == (
            200,
            outcome(suite, "the-same-id", ANN)["action"],
        )
        refused = suite.post(path, type="patient_back", by=BEN, id="not-away-at-all")
        assert refused.status_code == 409

        suite.kill()
        suite.start()
        assert outcome(suite, "the-same-id", BEN)["state"] == "done"
        assert suite.post(path, **note | {"by": BEN, "note": "Ben looked"}).status_code == 200
        assert len(entries(suite)) == 2
        # What was refused stays so: who wants it now presses anew.
        known = outcome(suite, "not-away-at-all", BEN)
        assert (known["state"], known["error"]) == ("refused", refused.json()["error"])
        repeated = suite.post(path, type="patient_back", by=BEN, id="not-away-at-all")
        assert (repeated.status_code, repeated.json()) == (409, refused.json())
        # Another action under a known id is not taken for it.
        other = suite.post(path, **note | {"by": ANN, "note": "something else"})
        assert other.status_code == 409
        assert "Another action came under this id" in other.json()["error"]
        assert len(entries(suite)) == 2

        # One that never arrived is unknown, and done when it comes again.
        suite.kill()
        with pytest.raises(httpx2.HTTPError):
            suite.post(path, **note | {"by": ANN, "id": "sent-to-nobody", "note": "late"})
        suite.start()
        assert outcome(suite, "sent-to-nobody", ANN)["state"] == "unknown"
        late = note | {"by": ANN, "id": "sent-to-nobody", "note": "late"}
        assert [suite.post(path, **late).status_code for _ in range(2)] == [200, 200]
        assert len(entries(suite)) == 3


def call(n: int = 0, by: str = ANN) -> CallHelp:
    return CallHelp(id=f"{n}", by=by)


class Acts:
    """Counts what is done; `go` lets it end."""

    def __init__(self) -> None:
        self.done: list[StaffAction] = []
        self.go = asyncio.Event()
        self.fault: Exception | None = None

    def of(self, action: StaffAction) -> Callable[[], Any]:
        async def act() -> Answered:
            self.done.append(action)
            await self.go.wait()
            if self.fault is not None:
                raise self.fault
            return Answered(action=action.id)

        return act


async def test_one_that_comes_again_while_the_first_is_under_way_waits_for_its_answer() -> None:
    results, acts = ActionResults(), Acts()
    first = asyncio.create_task(results.once(ANN, "1", call(), acts.of(call()), EN))
    await asyncio.sleep(0)
    # Who asked first does not wait any more: what was begun goes on.
    first.cancel()
    again = asyncio.create_task(results.once(ANN, "1", call(), acts.of(call()), EN))
    await asyncio.sleep(0)
    assert results.became_of(ANN, "0") == Pending(action="0")
    acts.go.set()
    assert await again == results.became_of(ANN, "0") == Answered(action="0")
    assert len(acts.done) == 1


async def test_one_that_failed_is_not_known_and_may_come_again() -> None:
    results, acts = ActionResults(), Acts()
    acts.go.set()
    acts.fault = RuntimeError("planted")
    with pytest.raises(RuntimeError):
        await results.once(ANN, "1", call(), acts.of(call()), EN)
    acts.fault = None
    assert results.became_of(ANN, "0") is None
    assert await results.once(ANN, "1", call(), acts.of(call()), EN) == Answered(action="0")


async def test_who_sends_many_pushes_out_only_their_own_and_all_is_bounded() -> None:
    results, acts = ActionResults(), Acts()
    acts.go.set()
    for n in range(2 * OF_ONE_AT_MOST):
        for by in (ANN, BEN) if n == 0 else (ANN,):
            action = call(n, by)
            await results.once(by, "1", action, acts.of(action), EN)
    assert results.became_of(BEN, "0") == Answered(action="0")
    assert results.became_of(ANN, "0") is None
    assert results.became_of(ANN, f"{2 * OF_ONE_AT_MOST - 1}") is not None
    for n in range(2 * SOURCES_AT_MOST):
        action = call(0, f"program {n}")
        await results.once(action.by, "1", action, acts.of(action), EN)
    assert len(results._known) == SOURCES_AT_MOST


async def test_what_monitord_adds_makes_it_no_other_action_and_another_bed_does() -> None:
    results, acts = ActionResults(), Acts()
    acts.go.set()
    first, again = (
        Admit(id="a", by=ANN, session=session, protocol="p") for session in ("one", "two")
    )
    for action in (first, again):
        assert (await results.once(ANN, "1", action, acts.of(action), EN)).refused is None
    assert acts.done == [first]
    assert (await results.once(ANN, "2", first, acts.of(first), EN)).refused is not None
    other = HandOver(id="a", by=ANN, to=BEN)
    assert (await results.once(ANN, "1", other, acts.of(other), EN)).refused is not None
    assert acts.done == [first]


def test_a_journal_that_cannot_be_read_keeps_nobody_from_acting(tmp_path: Path) -> None:
    results = ActionResults()
    journal = Journal.open(tmp_path / "journal.db")
    journal.close()
    (tmp_path / "journal.db").write_bytes(b"no journal")
    results.restore(journal.database, (), NOW)
    assert results.became_of(ANN, "0") is None
