"""The check before the suite opens, on a running daemon: a real device, real destinations."""

from pathlib import Path

import httpx2

from monitord.model import CheckSuite
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.daemon.test_heartbeats_and_tests import desk, told
from tests.pager import Pager
from tests.peers import GENEROUS_S, PseudoTerminal, until


async def test_the_check_hears_devices_tests_every_destination_and_is_recorded(
    tmp_path: Path, line1: PseudoTerminal, line2: PseudoTerminal, pager: Pager
) -> None:
    pager.status = 503
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1), "2": nonin(line2)},
        destinations={
            "pager": {"notifier": "webhook", "url": pager.url},
            "desk": desk(tmp_path),
        },
    )
    async with running(Finger(line1).run()), live(paper) as ward:
        await until(lambda: ward.daemon.host.beds()["1"].readings)
        async with httpx2.AsyncClient(base_url=ward.desk.url, timeout=GENEROUS_S) as http:
            before = (await http.get("/api/suite")).json()
            assert before["checked_at"] is None
            answer = await http.post("/api/suite/check", json={"by": "AB"})
        found = {each["what"]: (each["ok"], each["says"]) for each in answer.json()["findings"]}
        assert answer.json()["passed"] is False
        assert found["Chair 1 oximeter"] == (True, "heard")
        assert found["Chair 2 oximeter"][0] is False
        assert found["destination desk"][0] is True
        assert found["destination pager"][0] is False
        assert found["clock"][0] is True
        assert found["record"] == (True, "is written")
        assert "disk" in found
        assert "TEST of desk" in told(tmp_path)[-1]["text"]
        kept = [event for _, event in ward.journal.events(bed=None)]
        (recorded,) = (each for each in kept if isinstance(each.body, CheckSuite))
        assert recorded.bed is None
