"""A candidate in the shadow of live beds: differences while sessions run, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.commands.shadow_report import watch
from monitord.config.protocol.protocols import read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import ConfigError
from monitord.replay.compare.diff import Change
from monitord.replay.compare.shadow_run import Shadow
from monitord.store.journal.journal import Journal
from tests.builders import HIGH, MEDIUM, level, protocol, spo2_low
from tests.daemon.livekit import PROTOCOL, Finger, Paper, live, nonin, running
from tests.peers import PseudoTerminal
from tests.record.journaled import JournaledBed, an_infusion


def candidate(*levels: Any) -> dict[str, Protocol]:
    rules = protocol().rules | {"spo2_low": spo2_low(levels=levels)}
    return {"small": protocol(rules=rules)}


def taken(place: Path, candidates: dict[str, Protocol]) -> Shadow:
    shadow = Shadow(candidates=candidates)
    with Journal.open(place, read_only=True) as journal:
        shadow.take(journal)
    return shadow


def test_a_protocol_in_its_own_shadow_differs_in_nothing(tmp_path: Path) -> None:
    an_infusion(tmp_path / "journal.db")
    shadow = taken(tmp_path / "journal.db", {"small": protocol()})
    assert set(shadow.sessions) == {"earlier", "s1"}
    assert shadow.differences() == []
    assert any(shadow._told["s1"])


def test_a_candidate_names_what_is_lost_and_what_comes_later(tmp_path: Path) -> None:
    an_infusion(tmp_path / "journal.db")
    # 88 before the infusion is no alarm any more; 86 and 84 are, later.
    slower = candidate(level("<87", MEDIUM, "20s"), level("<85", HIGH, "5s"))
    found = taken(tmp_path / "journal.db", slower).differences()
    assert {(each.session, each.alarm) for each in found} == {("s1", "spo2_low")}
    assert [each.change for each in found] == [Change.LOST, Change.MOVED]
    assert found[1].words().startswith("spo2_low medium")
    assert found[1].later == 5


def test_a_shadow_goes_on_where_it_was_while_the_session_runs(tmp_path: Path) -> None:
    """In two looks the same as in one; the second adds what happened in between."""
    place = tmp_path / "journal.db"
    bed = JournaledBed()
    bed.admit(session="s1")
    bed.start_infusion(override="test")
    bed.spo2(97, for_="20s")
    shadow = Shadow(candidates=candidate(level("<85", HIGH, "5s")))
    with Journal.open(place) as journal:
        journal.append(bed.entries)
        with Journal.open(place, read_only=True) as reader:
            shadow.take(reader)
        assert shadow.differences() == []
        written = len(bed.entries)
        bed.spo2(88, for_="20s")
        journal.append(bed.entries[written:])
        with Journal.open(place, read_only=True) as reader:
            shadow.take(reader)
    assert [each.change for each in shadow.differences()] == [Change.LOST]
    at_once = taken(place, candidate(level("<85", HIGH, "5s")))
    assert at_once.differences() == shadow.differences()


def test_a_candidate_that_raises_is_named_and_says_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitord.engine.engine import Engine

    an_infusion(tmp_path / "journal.db")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "step", broken)
    assert taken(tmp_path / "journal.db", {"small": protocol()}).broken == {"1"}


async def test_a_candidate_shadows_a_live_bed_and_nobody_is_told(
    tmp_path: Path, pty: PseudoTerminal
) -> None:
    finger = Finger(pty)
    told = {"terminal": {"notifier": "terminal"}}
    paper = Paper(folder=tmp_path, beds={"1": nonin(pty)}, destinations=told)
    paper.more = {"shadow": {"brief": "./candidate.yaml"}}
    async with live(paper) as ward, running(finger.run()):
        slow = PROTOCOL.replace("DELAY", "1s").replace('limit: "<90"', 'limit: "<88"')
        (tmp_path / "candidate.yaml").write_text(slow)
        await ward.desk.infuse("1")
        finger.spo2 = 89
        await ward.until("spo2_low", "start")
        shadow = Shadow(candidates={"brief": read_protocol(str(tmp_path / "candidate.yaml"))})
        look = watch(shadow, str(paper.journal), as_json=True)
        assert [each.change for each in look()] == [Change.LOST]
        lines = len(ward.lines)
        out = CliRunner().invoke(app, ["shadow", "-c", str(paper.path), "--json"])
        rows = [json.loads(text) for text in out.stdout.splitlines()]
        assert [(row["change"], row["alarm"]) for row in rows] == [("lost", "spo2_low")]
        assert len(ward.lines) == lines


def test_a_suite_without_a_candidate_says_how_to_name_one(tmp_path: Path) -> None:
    told = {"terminal": {"notifier": "terminal"}}
    paper = Paper(
        folder=tmp_path,
        beds={"1": {"oximeter": {"driver": "nonin", "port": "/dev/null"}}},
        destinations=told,
    )
    out = CliRunner().invoke(app, ["shadow", "-c", str(paper.write())])
    assert isinstance(out.exception, ConfigError)
    assert "-p PROTOCOL" in str(out.exception)
