"""`monitord test` for a build server: JUnit XML and JSON, and a protocol from where its user stands."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import find_protocol

TEXT = """\
title: a test
protocol: ketamine_iv_0_5_40
beds:
  "late & <wrong>":
    phases: [infusion]
    series:
      - {spo2: 97x10 89x20 97x20}
    expect:
      - {alarm: spo2_low, priority: medium, at: 28s}
  right:
    phases: [infusion]
    series:
      - {spo2: 97x10 89x20 97x20}
    expect:
      - {alarm: spo2_low, priority: medium, at: 25s}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tests" / "mine.yaml"
    file.parent.mkdir()
    file.write_text(TEXT)
    return file


def test_junit_names_each_test_and_why_it_failed(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "results.xml"
    out = CliRunner().invoke(app, ["test", "--no-coverage", "--junit", str(target), str(file)])
    assert out.exit_code == 1
    (suite,) = ET.parse(target).getroot()
    assert suite.get("name", "").startswith("ketamine_iv_0_5_40@")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    cases = {case.get("name"): case.find("failure") for case in suite}
    assert set(cases) == {"late & <wrong> [infusion]", "right [infusion]"}
    failure = cases["late & <wrong> [infusion]"]
    assert failure is not None
    assert "came: 25 s start" in failure.get("message", "")
    assert cases["right [infusion]"] is None


def test_json_is_one_document_on_standard_output(file: Path) -> None:
    out = CliRunner().invoke(app, ["test", "--json", str(file)])
    assert out.exit_code == 1
    (found,) = json.loads(out.stdout)["protocols"]
    assert found["failed"] == 1
    assert {test["name"]: test["passed"] for test in found["tests"]} == {
        "late & <wrong> [infusion]": False,
        "right [infusion]": True,
    }
    assert len(found["not_reached"]) > 10
    assert "mutants" not in found


def test_a_file_that_cannot_be_written_is_said(file: Path, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none" / "results.xml")
    out = CliRunner().invoke(app, ["test", "--no-coverage", "--junit", nowhere, str(file)])
    assert out.exit_code != 0
    assert nowhere in f"{out.output}{out.exception}"


def test_the_protocol_that_is_asked_for_is_read_from_where_the_user_stands(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = find_protocol("ketamine_iv_0_5_40").read_text()
    (tmp_path / "mine.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert (file.parent / "mine.yaml").exists(), "what lies beside the test is another file"
    out = CliRunner().invoke(app, ["test", "--no-coverage", "-p", "mine.yaml", str(file)])
    assert "2 tests, 1 failed" in out.stdout


def test_failures_come_last_and_what_is_not_reached_is_named_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "never.yaml"
    file.write_text(
        "title: x\nprotocol: ketamine_iv_0_5_40\nbeds:\n  never:\n    series: [{spo2: 97x30}]\n"
        "    expect: [{alarm: spo2_low}]\n"
    )
    said = CliRunner().invoke(app, ["test", str(file)]).stdout.splitlines()
    assert said[-2].startswith("FAILED")
    assert not any(row.strip().startswith("not reached") for row in said)
    assert any("--not-reached names the others" in row for row in said)
    asked = CliRunner().invoke(app, ["test", "--not-reached", str(file)]).stdout.splitlines()
    assert asked[0].startswith("    not reached: ")
    assert asked[-2].startswith("FAILED")
