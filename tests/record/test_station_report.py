"""The station gives a session's record while the session runs."""

import asyncio
import json
from html import escape
from pathlib import Path

import httpx2

from monitord.replay.run.replay_run import replay_file
from monitord.store.journal.journal import Journal
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.peers import PseudoTerminal
from tests.store.builders import people_notes

DESTINATIONS = {"terminal": {"notifier": "terminal"}}


async def test_the_station_gives_the_report_of_a_running_session(
    tmp_path: Path, pty: PseudoTerminal
) -> None:
    finger = Finger(pty)
    paper = Paper(folder=tmp_path, beds={"1": nonin(pty)}, destinations=DESTINATIONS)
    async with live(paper) as ward, running(finger.run()):
        await ward.desk.infuse("1")
        finger.spo2 = 88
        told = await ward.until("spo2_low", "start")
        async with httpx2.AsyncClient(base_url=ward.desk.url) as client:
            page = await client.get("/api/sessions/1/report.html")
            assert page.status_code == 200
            assert "SIMULATED" in page.text
            assert escape(told["text"]) in page.text
            assert "sandbox" in page.headers["content-security-policy"]
            lines = await client.get(f"/api/sessions/{told['session']}/report.json")
            table = await client.get("/api/sessions/1/report.csv")
            assert ",88.0,good" in table.text
            assert (await client.get("/api/sessions/nobody/report.html")).status_code == 404
            assert (await client.get("/api/sessions/1/report.pdf")).status_code == 422
            (listed,) = (await client.get("/api/sessions", params={"by": "Ann"})).json()
            assert (listed["session"], listed["ended"]) == (told["session"], None)
            log = (await client.get("/api/review/alarms", params={"by": "Ann"})).json()
            low = next(each for each in log["alarms"] if each["text"] == told["text"])
            strip = (await client.get(f"/api/review/alarms/{low['alarm']}")).json()
            assert strip["lowest"] == 88.0
            # A trend has a point every 5 s.
            seen: list[float | None] = []
            while 88.0 not in seen:
                trend = (await client.get(f"/api/sessions/{told['session']}/trend")).json()
                seen = trend["trend"]["spo2"]
                await asyncio.sleep(0.2)
    with Journal.open(tmp_path / "journal.db", read_only=True) as journal:
        looks = [
            (note["who"], note["what"]) for note in map(json.loads, people_notes(journal.database))
        ]
    assert ("unidentified", "looked at the record of session 1") in looks
    assert ("Ann", "looked at the list of sessions (1 found)") in looks
    assert ("Ann", f"looked at the alarm log ({len(log['alarms'])} alarms)") in looks
    (tmp_path / "s.jsonl").write_text(lines.text)
    replayed = [line.id for line in replay_file(str(tmp_path / "s.jsonl")).lines]
    assert told["id"] in replayed
