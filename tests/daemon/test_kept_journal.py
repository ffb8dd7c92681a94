"""A daemon of today continues the journal of 0.1.0: whoever waits is told, answers count, nothing is lost."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitord.daemon.sequencing.clock import LiveClock, boot_time
from monitord.model import SECOND, Instant
from monitord.replay.run.replay_run import replay_file
from monitord.store.chain_verification import verify
from monitord.store.journal.journal import Journal
from monitord.store.line_json import line_json
from tests.approvals import approvals
from tests.daemon.livekit import Paper, live
from tests.pager import Pager
from tests.peers import until
from tests.store.journals.kept import V0_1_0

DOWN = 5 * SECOND
"""How long the suite was without a daemon between the two versions."""


@dataclass(kw_only=True)
class KeptPaper(Paper):
    """The suite file of 0.1.0, approved as its protocols are today, with the test's pager."""

    def write(self) -> Path:
        document = V0_1_0.suite()
        document["approvals"] = approvals(*document["protocols"], "watch")
        document["destinations"] = self.destinations
        self.path.write_text(json.dumps(document))
        return self.path


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[KeptPaper, Pager]]:
    pager = Pager()
    told = {"notifier": "webhook", "url": pager.url}
    V0_1_0.unpack(tmp_path)
    yield KeptPaper(folder=tmp_path, beds={}, destinations={"desk": told, "pager": told}), pager
    pager.close()


@dataclass
class Elapsed:
    """The machine's elapsed time, and what the test lets pass at once."""

    skipped: int = 0

    def __call__(self) -> int:
        return boot_time() + self.skipped


async def test_the_open_session_goes_on_with_its_alarms_its_pause_and_its_swap(
    kept: tuple[KeptPaper, Pager],
) -> None:
    paper, pager = kept
    recorded = V0_1_0.lines()
    (low,) = {line["id"] for line in map(json.loads, recorded) if line["alarm"] == "link:cuff"}
    session = low.split("/")[0]
    elapsed, begun = Elapsed(), boot_time()

    def clock(newest: Instant | None) -> LiveClock:
        assert newest is not None
        return LiveClock(wall=lambda: Instant(newest + DOWN + elapsed() - begun), elapsed=elapsed)

    async with live(paper, clock=clock) as ward:
        alarms = await ward.desk.alarms()
        answered, unanswered = alarms["2/spo2_low"], alarms["2/nibp_sys_high"]
        assert (answered["id"], answered["phase"]) == (f"{session}/spo2_low/1", "acknowledged")
        assert answered["answered_by"] == "nurse"
        assert (unanswered["id"], unanswered["phase"]) == (f"{session}/nibp_sys_high/1", "active")
        assert alarms["2/link:cuff"]["inhibited_by"] == "alarm_paused"
        tile = await ward.desk.tile("2")
        assert (tile["session"]["pseudonym"], tile["session"]["phase"]) == ("P-014", "infusion")
        assert (await ward.desk.tile("1"))["session"] is None
        (oximeter,) = ward.daemon.host.devices_at("1")
        assert oximeter.of == "spare pocket"

        # The telling goes on where it stood: nobody answered the pressure, so all are told again.
        elapsed.skipped = 125 * SECOND
        await ward.desk.do("2", type="observe", values={"moaas": 5})
        await ward.until("nibp_sys_high", "escalate", bed="2")
        assert not ward.of("spo2_low", "2")
        assert await ward.desk.acknowledge(unanswered["id"]) == 200
        pressure = {"nibp_sys": 124, "nibp_dia": 78, "nibp_map": 93}
        await ward.desk.do("2", type="observe", values=pressure)
        elapsed.skipped += 15 * SECOND
        await ward.desk.do("2", type="stop_infusion")
        await ward.until("nibp_sys_high", "clear", bed="2")
        assert (await ward.desk.tile("2"))["session"]["stage"] == "recovery"
        await until(lambda: pager.lines("nibp_sys_high", "escalate"))
        lines = ward.lines

    again = {line_json(line, True) for line in replay_file(str(paper.journal)).lines}
    missing = {json.dumps(x, ensure_ascii=False) for x in lines} - again
    assert missing == set()
    with Journal.open(paper.journal, read_only=True) as journal:
        assert verify(journal.database).faults == ()
