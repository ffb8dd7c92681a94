"""The sheet that a medical director signs: what changed since, and what the suite does not supply."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.commands.approval_signing import last_approved
from monitord.config import approve, protocol_names, read_protocol
from monitord.config.files.yaml_file import read_file
from monitord.config.sheet.approval_sheet import sheet
from monitord.config.sheet.delay_words import delay_words
from monitord.config.sheet.differences import compared, differences
from monitord.config.suite.suite_file import read_approvals
from monitord.engine.protocol.protocol import Protocol, canonical
from monitord.engine.rules.limit import LimitRule
from monitord.engine.session.overlay import OverlayError
from monitord.model import Configured, Event, Instant
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from tests.builders import limit, settings
from tests.config.changed_values import leaves, one_of_each, put
from tests.effort import thorough
from tests.program import Command
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
    section = text.partition("Changed since ketamine_iv_0_5_40@1#")[2].partition("Questions")[0]
    assert section.splitlines()[1:3] == [
        "  rules, spo2_low, levels, medium <90, limit: was <90, is <91",
        "  rules, spo2_low, levels, high <90, limit: was <90, is <91",
    ]
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
    assert last_approved(path, "bed_without_session", signed) is None


def test_the_command_says_which_rules_a_suite_does_not_supply(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    try:
        out = CliRunner().invoke(app, ["approve", KETAMINE.name, "--sheet", "-c", str(ward.file)])
        assert out.exit_code == 0, out.output
        rests = out.output.partition("Rules that ward does not supply")[2].partition("\n\n")[0]
        assert "nibp_sys_high: no device supplies nibp_sys" in rests
        assert "spo2_low" not in rests
        older = tmp_path / "older.yaml"
        older.write_text(json.dumps(json.loads(canonical(KETAMINE)) | {"title": "Older"}))
        out = CliRunner().invoke(app, ["approve", KETAMINE.name, "--sheet", "--since", str(older)])
        assert "title: was Older, is Ketamine IV 0.5 mg/kg, 40 min" in out.output
    finally:
        ward.close()


@pytest.mark.parametrize("name", ["ketamine_iv_0_5_40", "bed_without_session"])
def test_each_value_changed_in_turn_is_found_in_changed(name: str) -> None:
    """Of the resolved protocol with all of its overlays: what the hash is made of, and nothing else."""
    before, now = (json.loads(canonical(read_protocol(name))) for _ in range(2))
    missed = []
    for place, value in leaves(before):
        other: object = f"{value}x" if isinstance(value, str) else not value
        if isinstance(value, int | float) and not isinstance(value, bool):
            other = value + 1
        put(now, place, other)
        found = list(compared(before, now))
        put(now, place, value)
        shown = other if isinstance(other, str) else json.dumps(other)
        if len(found) != 1 or shown not in found[0].partition(", is ")[2]:
            missed.append((place, found))
    assert missed == []


def test_a_part_that_is_new_gone_or_moved_is_found() -> None:
    protocol = KETAMINE
    rules = dict(protocol.rules)
    gone = replace(protocol, rules={k: v for k, v in rules.items() if k != "wrong_chair"})
    (line,) = differences(protocol, gone)
    assert line.startswith("rules, wrong_chair: is gone, was ")
    (line,) = differences(gone, protocol)
    assert line.startswith("rules, wrong_chair: is new, ")
    (line,) = differences(protocol, replace(protocol, gate=protocol.gate[1:]))
    assert line.startswith("gate, entry_sys: is gone, was ")
    turned = replace(protocol, gate=(*protocol.gate[1:], protocol.gate[0]))
    assert list(differences(protocol, turned)) == ["gate: stand in another order"]


def body(protocol: Protocol, *overlays: str) -> str:
    """The sheet without the hash, which every change changes."""
    alone = protocol if overlays else replace(protocol, overlays={})
    return re.sub("#[0-9a-f]{12}", "", sheet(alone, overlays=overlays or None))


def test_everything_that_is_signed_stands_on_the_sheet() -> None:
    """A value of each sort, changed, changes the words as well."""
    protocol = replace(KETAMINE, overlays={})
    before, count = body(protocol), 0
    for where, made in one_of_each(protocol):
        count += 1
        assert body(made) != before, where
    assert count > 100


@pytest.mark.skipif(not thorough(), reason="the short form is that of the protocol alone")
def test_everything_of_an_overlay_stands_on_the_sheet() -> None:
    name = "postpartum"
    before = body(KETAMINE, name)
    for where, made in one_of_each(KETAMINE):
        if where.startswith(f"overlays {name} ") and "fresh" not in where:
            with suppress(OverlayError):
                assert body(made, name) != before, where


def test_the_protocol_stands_whole_under_each_overlay() -> None:
    text = sheet(KETAMINE)
    parts = [line for line in text.splitlines() if line.startswith("WITH ")]
    assert parts == ["WITH postpartum", "WITH postpartum_48h"]
    alone, under, _ = re.split("WITH [a-z_0-9]+\n", text)
    assert "postpartum_sys_high (limit, systolic BP)" not in alone
    assert "postpartum_sys_high (limit, systolic BP)" in under
    for each in ("spo2_low (limit, SpO2)", "Stop infusion? (stop_for_sedation)", "(leave_time)"):
        assert each in alone, each
        assert each in under, each


def test_a_protocol_under_one_overlay_is_a_sheet_of_its_own(monitord: Command) -> None:
    out = monitord("approve", "ketamine_iv_0_5_40+postpartum", "--sheet").out
    assert "with postpartum\n" in out
    assert "asked at the admission: Gave birth within 6 weeks?" in out
    assert "postpartum_48h" not in out
    both = monitord("approve", "ketamine_iv_0_5_40+postpartum+postpartum_48h", "--sheet").out
    assert "WITH postpartum AND postpartum_48h" in both
    wrong = monitord("approve", "ketamine_iv_0_5_40+dialysis", "--sheet")
    assert wrong.code != 0
    assert "there are: postpartum, postpartum_48h" in wrong.err
    assert monitord("approve", "bed_without_session+x", "--by", "A", "--role", "B").code == 2


def test_a_prompt_names_the_levels_that_ask_it() -> None:
    _, _, asked = body(KETAMINE).partition("Stop infusion? (stop_for_sedation)\n")
    assert asked.splitlines()[:4] == [
        "      when: the alarm moaas_low becomes high; the infusion is resumed only once it is gone, or with a reason; only in infusion",
        "          MOAA/S at or below 2 (answers only to touch)",
        "          MOAA/S at or below 1 (answers only to pain)",
        "          MOAA/S at or below 0 (no answer, even to pain)",
    ]


def test_no_line_shows_a_value_as_the_program_keeps_it() -> None:
    """A medical director reads words: no `None`, no bare key of the file, no microseconds, no list in brackets."""
    for name in protocol_names():
        text = sheet(read_protocol(name))
        raw = r"\b(None|True|False)\b|\b\d{7,}\b|[()]'|^ +[a-z ]*(hysteresis|ceiling|floor|max age|counted|once heard):"
        found = [line for line in text.splitlines() if re.search(raw, line)]
        assert found == [], name


def test_a_fall_in_per_cent_of_the_baseline_is_not_one_in_mmhg() -> None:
    text = sheet(KETAMINE)
    assert "systolic BP 40 or more below the accepted baseline; twice" in text
    assert "systolic BP 30 % or more below the accepted baseline; twice" in text


def test_bounds_of_the_own_value_and_the_age_of_a_reading_are_said_with_it() -> None:
    (line,) = (each for each in body(KETAMINE).splitlines() if "(leave_sys)" in each)
    assert line.strip() == (
        "systolic BP at or below 140 in 2 readings in a row, the first and the last 10 min apart, or within 20 % of the "
        "accepted baseline, but never above 160 or below 90; the last reading at most 15 min old (leave_sys)"
    )
    (line,) = (each for each in body(KETAMINE).splitlines() if "(leave_pulse_least)" in each)
    assert "where it has no good reading, pulse by the cuff serves" in line


def test_a_duration_that_was_planned_is_told_from_its_end() -> None:
    """The question comes 2 min after the planned preparation, not 2 min after the admission."""
    _, _, rule = body(KETAMINE).partition("preparation_overrun (duration of the preparation)\n")
    assert rule.splitlines()[1].strip() == (
        "low: the preparation lasts longer than planned by 2 min, and nobody entered that the infusion began"
    )


def test_an_overlay_that_always_holds_is_printed_once_and_not_asked_for() -> None:
    text = sheet(read_protocol("esketamine_iv_0_2_40"))
    assert (
        "holds for every patient of this protocol; nobody is asked: Gave birth within 6 weeks?"
        in text
    )
    assert "asked at the admission" not in text
    assert "\nWITH " not in text
    assert text.count("postpartum_sys_high (limit, systolic BP)") == 1


EMPTY = "# ours\nsuite: ward\napprovals: []\nzone: UTC\n"
LISTED = "approvals: # signed\n# both\n- {protocol: old, digest: 'aaaaaaaaaaaa', by: A, role: B, date: '2026-01-01'}\nzone: UTC\n"


@pytest.mark.parametrize(
    "text", [EMPTY, LISTED, "suite: ward", "approvals:\n", "approvals:\nzone: UTC\n"]
)
def test_an_approval_goes_into_the_suite_file_and_nothing_else_changes(
    tmp_path: Path, monitord: Command, text: str
) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text(text)
    signed = (
        "approve",
        "bed_without_session",
        "--by",
        "Dr. O'Hara",
        "--role",
        "director",
        "-c",
        str(file),
    )
    assert "approved by Dr. O'Hara" in monitord(*signed, "--write").out
    after = file.read_text()
    assert set(text.replace(" []", "").splitlines()) <= set(after.splitlines())
    approvals = read_approvals(read_file(file))
    assert [each.by for each in approvals][:1] == ["Dr. O'Hara"]
    assert len(approvals) == (2 if text == LISTED else 1)
    assert "stands there already" in monitord(*signed, "--write").out
    assert file.read_text() == after


def test_a_list_in_one_line_is_left_to_a_person(tmp_path: Path, monitord: Command) -> None:
    file = tmp_path / "suite.yaml"
    text = (
        "approvals: [{protocol: x, digest: 'aaaaaaaaaaaa', by: A, role: B, date: '2026-01-01'}]\n"
    )
    file.write_text(text)
    out = monitord(
        "approve", "bed_without_session", "--by", "A", "--role", "B", "-c", str(file), "--write"
    )
    assert out.code != 0
    assert "written in one line" in out.err
    assert file.read_text() == text


@pytest.mark.browser
def test_the_sheet_is_printed_for_signature(tmp_path: Path, monitord: Command) -> None:
    file = tmp_path / "sheet.pdf"
    assert (
        monitord("approve", "bed_without_session", "--sheet", "--pdf", str(file)).out
        == f"{file} written\n"
    )
    assert file.read_bytes().startswith(b"%PDF-")


def test_how_late_an_alarm_can_be_is_said_in_words_and_adds_up() -> None:
    lines = list(delay_words(read_protocol("ketamine_iv_0_5_40"), None))
    assert (
        "SpO2 below 85 for 5 s, high: 8 s (5 s that it lasts, 2 s until a sudden step is believed, 1 s to send),"
        " in the other phases, infusion, early"
    ) in lines
    assert len(lines) == len(set(lines))
    for line in lines:
        whole, parts = re.fullmatch(r".*: ([^()]+) \(([^()]+)\)(?:, in [a-z_, ]+)?", line).groups()  # type: ignore[union-attr]
        seconds = [
            sum(int(n) * {"s": 1, "min": 60}[u] for n, u in re.findall(r"(\d+) (s|min)\b", text))
            for text in (whole, parts)
        ]
        assert seconds[0] == seconds[1], line
        assert not re.search(r"\w_\w|[<>]=?|None", line), line
