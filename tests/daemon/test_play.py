"""`monitord play`: one timeline for simulated devices and a real daemon, and why an expectation did not come."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from monitord.commands.expectation_verdicts import NotPlayed, Played, judge
from monitord.commands.playable_timeline import playable
from monitord.config.files.shipped_files import shipped
from monitord.errors import ConfigError
from monitord.model import Signal
from monitord.model.timeline import Timeline
from tests.program import Command

FALLS = """
title: A fall
protocol: ketamine_iv_0_5_40
lasts: 2min
devices: {oximeter: nonin}
series:
  - {source: oximeter, spo2: 97x10 86x110, pulse_rate: 72x120}
  - {source: cuff, step: 30s, nibp_sys: 120 180, nibp_dia: 80 100}
staff:
  - {at: 2s, do: resume_infusion}
expect:
  - {alarm: spo2_low}
  - {none: pulse_rate_low}
"""


@pytest.fixture
def falls(tmp_path: Path) -> Path:
    file = tmp_path / "falls.yaml"
    file.write_text(FALLS)
    return file


def test_a_scenario_is_played_judged_and_told_to_a_build_server(
    monitord: Command, falls: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results.xml"
    done = monitord("play", str(falls), "--speed", "8", "--json", "--junit", str(results))
    (played,) = json.loads(done.out)["played"]
    assert (done.code, played["failed"]) == (0, 0), done
    assert [each["passed"] for each in played["tests"]] == [True, True]
    (suite,) = ET.parse(results).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")


def test_what_did_not_come_and_what_was_not_played_is_said_with_the_reason(
    monitord: Command, falls: Path
) -> None:
    falls.write_text(FALLS + "  - {alarm: spo2_low, priority: low}\n  - {alarm: nibp_sys_high}\n")
    done = monitord("play", str(falls), "--speed", "8")
    assert done.code == 1
    said = done.out.splitlines()
    assert any("the series of 'cuff' (nibp_dia, nibp_sys) was not played" in row for row in said)
    assert any("resume_infusion at 2s was refused" in row for row in said)
    failed = said.index("FAILED bed 1: spo2_low start low, 0s to 2min")
    assert said[failed + 2].endswith("spo2_low came as start medium")
    pressure = said.index("FAILED bed 1: nibp_sys_high start, 0s to 2min")
    assert said[-1].startswith("    at the end ")
    assert "(nibp_sys_high): cannot tell" in said[-1]
    assert all("spo2" not in row for row in said[pressure:])


def test_a_protocol_beside_the_file_and_its_overlay_are_found(tmp_path: Path) -> None:
    own = shipped("protocols/ketamine_iv_0_5_40.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(own.replace("name: ketamine_iv_0_5_40", "name: mine"))
    file = tmp_path / "falls.yaml"
    file.write_text(FALLS.replace("protocol: ketamine_iv_0_5_40", "protocol: mine.yaml"))
    found = playable(file)
    assert found.protocols == (str((tmp_path / "mine.yaml").resolve()),)
    (admitted, _) = found.timeline.beds["1"].staff
    assert (admitted.do, admitted.what["protocol"]) == ("admit", "mine")
    under = playable(file, "ketamine_iv_0_5_40+postpartum")
    assert under.timeline.beds["1"].staff[0].what["overlays"] == ("postpartum",)


def test_a_misspelt_rule_is_refused_before_anything_plays(monitord: Command, falls: Path) -> None:
    falls.write_text(FALLS.replace("none: pulse_rate_low", "none: pulse_rate_lwo"))
    done = monitord("play", str(falls))
    assert done.code == 2
    assert "did you mean 'pulse_rate_low'" in done.err


def test_what_was_not_played_explains_only_what_it_concerns() -> None:
    timeline = Timeline.model_validate(
        {"title": "t", "lasts": "2min", "expect": [{"alarm": "spo2_low"}]}
    )
    kill = NotPlayed(bed=None, sentence="kill at 3s was not played")
    cuff = NotPlayed(bed="2", sentence="the cuff", signals=frozenset({Signal.NIBP_SYS}))
    (verdict,) = judge(Played(timeline=timeline, left_out=[kill, cuff]))
    assert (verdict.met, verdict.why) == (False, ("kill at 3s was not played",))


def test_a_folder_without_timelines_is_named(tmp_path: Path, monitord: Command) -> None:
    done = monitord("play", str(tmp_path))
    assert done.code == 2
    assert "no file that ends in .yaml" in done.err
    with pytest.raises(ConfigError):
        playable(tmp_path / "nowhere.yaml")
