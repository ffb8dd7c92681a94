"""The sheet that a medical director signs: what changed since, and what rests in the suite."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from monitord.cli import app
from monitord.commands.sheet import last_approved
from monitord.config import approve, read_protocol
from monitord.config.sheet import sheet
from monitord.engine.protocol import canonical
from monitord.engine.rules.limit import LimitRule
from monitord.model import Configured, Event, Instant
from monitord.store.entry import Entry
from monitord.store.journal import Journal
from tests.builders import limit, settings
from tests.ward import Ward

KETAMINE = read_protocol("ketamine_iv_0_5_40")


def test_a_changed_limit_stands_beside_what_was_signed() -> None:
    rule = KETAMINE.rules["spo2_low"]
    assert isinstance(rule, LimitRule)
    levels = tuple(
        replace(each, limit=limit("<91")) if str(each.limit) == "<90" else each
        for each in rule.levels
    )
    changed = replace(KETAMINE, rules={**KETAMINE.rules, "spo2_low": replace(rule, levels=levels)})
    text = sheet(changed, before=KETAMINE)
    section = text.partition("Changed since ketamine_iv_0_5_40@1#")[2]
    assert "\n-   spo2_low                         medium <90" in section
    assert "\n+   spo2_low                         medium <91" in section
    assert "nibp_sys_high" not in section


def test_nothing_changed_is_said_to_be_nothing() -> None:
    assert "\n  nothing\n" in sheet(KETAMINE, before=KETAMINE)


def test_the_journal_knows_what_was_approved_before(tmp_path: Path) -> None:
    old, new = KETAMINE, replace(KETAMINE, version=2)
    given = settings(protocols={old.name: old})
    body = Configured(digest="x", document=canonical(given))
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        journal.append([Entry(event=Event(at=Instant(1), bed="1", body=body), bed="1", first_n=1)])
    signed = [
        approve(each, by="A. Tester", role="test", on=date(2026, 1, day))
        for day, each in ((5, old), (6, new))
    ]
    assert last_approved(path, old.name, signed) == old
    assert last_approved(path, old.name, signed[1:]) is None
    assert last_approved(path, "watch", signed) is None


def test_the_command_says_which_rules_rest_in_a_suite(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    try:
        out = CliRunner().invoke(app, ["approve", KETAMINE.name, "--sheet", "-c", str(ward.file)])
        assert out.exit_code == 0, out.output
        rests = out.output.partition("Rules that rest in ward")[2]
        assert "nibp_sys_high: no device supplies nibp_sys" in rests
        assert "spo2_low" not in rests
        older = tmp_path / "older.yaml"
        older.write_text(json.dumps(json.loads(canonical(KETAMINE)) | {"title": "Older"}))
        out = CliRunner().invoke(app, ["approve", KETAMINE.name, "--sheet", "--since", str(older)])
        assert "- Older" in out.output
    finally:
        ward.close()
