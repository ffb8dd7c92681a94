"""What the daemon told is what its journal gives again, line for line."""

import json
from typing import Any

from monitord.replay.run.replay_run import replay_file
from monitord.store.line_json import line_json
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.peers import PseudoTerminal


def key(line: dict[str, Any]) -> tuple[str, ...]:
    return line["at"], line["bed"] or "", line["id"], line["event"]


async def test_the_journal_of_a_live_run_replays_to_the_very_lines(
    paper: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    one, two = Finger(line1), Finger(line2)
    told: list[dict[str, Any]] = []
    for _ in range(2):  # with a restart in between
        async with running(one.run(), two.run()), live(paper) as ward:
            if not told:
                await ward.desk.infuse("1")
            one.spo2, two.spo2 = 88, 70
            # After the restart it comes back so soon that it is the same alarm.
            low = await ward.until("spo2_low", "escalate" if told else "start")
            await ward.desk.acknowledge(low["id"])
            one.spo2, two.spo2 = 97, None
            await ward.until("spo2_low", "clear")
        told += ward.lines
    assert len(told) >= 6
    again = [json.loads(line_json(line, True)) for line in replay_file(str(paper.journal)).lines]
    assert sorted(again, key=key) == sorted(told, key=key)
