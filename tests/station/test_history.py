"""Earlier sessions of a patient over HTTP."""

from collections.abc import Sequence

import httpx2
import pytest
from fastapi import FastAPI

from monitord.errors import StoreError
from monitord.model import Instant, Priority, Signal
from monitord.station.routes.history_routes import add_history
from monitord.store.past_sessions import PastSession, Reacted

PAST = PastSession(
    session="s1",
    protocol="k",
    overlays=("postpartum",),
    admitted_at=Instant(1_000_000),
    ended_at=None,
    baseline={Signal.SPO2: 98.0},
    reacted=(Reacted(at=Instant(2_000_000), what="spo2_low", says="x", priority=Priority.HIGH),),
)


async def look(pseudonym: str) -> Sequence[PastSession]:
    if pseudonym == "broken":
        raise StoreError("disk")
    return (PAST,) if pseudonym == "p 9/a" else ()


LOOKS: list[tuple[str, str]] = []


async def looked(who: str, what: str) -> None:
    LOOKS.append((who, what))


async def asked(pseudonym: str, by: str = "") -> httpx2.Response:
    LOOKS.clear()
    transport = httpx2.ASGITransport(app=add_history(FastAPI(), look, looked))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(f"/api/patients/{pseudonym}/history{by}")


async def test_the_sessions_of_a_pseudonym_are_shown() -> None:
    found = (await asked("p 9%2Fa", "?by=AB")).json()
    assert LOOKS == [("AB", "earlier sessions of p 9/a")]
    assert found["pseudonym"] == "p 9/a"
    (past,) = found["sessions"]
    assert (past["session"], past["baseline"], past["ended"]) == ("s1", {"spo2": 98.0}, None)
    assert past["reacted"] == [
        {"at": 2000, "what": "spo2_low", "says": "x", "priority": "high"},
    ]


@pytest.mark.parametrize(("pseudonym", "status"), [("nobody", 200), ("broken", 503)])
async def test_nobody_known_is_an_empty_list_and_a_broken_record_says_so(
    pseudonym: str, status: int
) -> None:
    answer = await asked(pseudonym)
    assert answer.status_code == status
    assert answer.json().get("sessions", []) == []
