"""A hospital with accounts: who sees which unit, who may answer there, and under which name an answer travels."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from monitord.commands import people_accounts
from monitord.store.journal.journal import Journal
from tests.daemon.livekit import Finger, Paper, live, running
from tests.hospital.hospital_kit import AtHospital, hospital_file, hospital_running
from tests.hospital.nats_servers import NatsServers
from tests.peers import GENEROUS_S, PseudoTerminal

pytestmark = pytest.mark.peer("nats-server")

PASSWORD = "correct horse battery"
UNITS = {
    "medicine": {"suites": ["ward"], "sees": ["ben"], "answers": ["anna", "dora"]},
    "surgery": {"suites": ["north"], "answers": ["carla"]},
}


async def signed_in(here: AtHospital, name: str, code: str) -> httpx2.AsyncClient:
    url = str(here.client.base_url)
    client = httpx2.AsyncClient(base_url=url, headers={"origin": url}, timeout=GENEROUS_S)
    chosen = {"name": name, "password": PASSWORD, "code": code}
    answer = await client.post("/api/session/join", json=chosen)
    assert answer.status_code == 204, answer.text
    return client


async def test_a_unit_is_seen_and_answered_by_its_own_accounts_alone(
    paper: Paper, line1: PseudoTerminal, servers: NatsServers, tmp_path: Path
) -> None:
    path = hospital_file(tmp_path, servers.urls, units=UNITS, station={"port": 0})
    database = str(tmp_path / "hospital.db")
    Journal.open(database).close()
    people = {"anna": "nurse", "ben": "nurse", "carla": "nurse", "dora": "viewer"}
    codes = {name: people_accounts.add(database, name, role) for name, role in people.items()}
    finger = Finger(line1)
    async with running(finger.run()), live(paper) as suite, hospital_running(path) as here:
        assert (await here.client.get("/api/hospital")).status_code == 401
        who = {name: await signed_in(here, name, code) for name, code in codes.items()}
        await suite.desk.infuse("1")
        finger.spo2 = 80
        await suite.until("spo2_low", "start")

        async def seen(name: str) -> set[str]:
            answer = await who[name].get("/api/hospital")
            assert answer.status_code == 200, answer.text
            return {row["suite"] for row in answer.json()["suites"]}

        assert await seen("anna") == await seen("ben") == {"ward", "north"}
        assert await seen("carla") == {"north"}
        while True:
            beds = (await who["anna"].get("/api/hospital")).json()["beds"]
            if beds and beds[0]["alarms"]:
                break
            await asyncio.sleep(0.1)
        bed, alarm = beds[0], beds[0]["tile"]["alarms"][0]
        body = {
            "by": "somebody else",
            "suite": "ward",
            "alarm": alarm["id"],
            "word": "acknowledge",
            "news": alarm["news"],
            "seq": bed["seq"],
        }

        async def answer(name: str) -> int:
            return (await who[name].post("/api/hospital/answers", json=body)).status_code

        # One who only looks, one of another unit, and one whose role may not: none of them is heard.
        assert [await answer(name) for name in ("ben", "carla", "dora")] == [403, 403, 403]
        assert (await here.client.post("/api/hospital/answers", json=body)).status_code == 401
        assert await answer("anna") == 204
        assert (await suite.until("spo2_low", "acknowledge"))["by"] == "anna"
        for client in who.values():
            await client.aclose()
