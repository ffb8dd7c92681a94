"""`monitord test`: what stories find, what they reach, which mutants they notice."""

from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import shipped
from monitord.errors import ConfigError
from monitord.replay.stories import mutate, story_report
from monitord.replay.stories.story_file import read_stories
from monitord.replay.stories.story_play import play
from monitord.replay.stories.story_report import run_tests
from tests.effort import thorough

SHIPPED = sorted(shipped("protocols/tests").glob("*.yaml"))


def written(folder: Path, text: str) -> Path:
    file = folder / "tests.yaml"
    file.write_text(f"title: a test\nprotocol: ketamine_iv_0_5_40\nbeds:\n{text}")
    return file


DIP = """\
  dip:
    phases: [infusion]
    series:
      - {spo2: 97x10 89x20 97x20}
    expect:
      - {alarm: spo2_low, priority: medium, at: 25s}
"""


SHARE = 1 if thorough() else 32
"""Of so many mutants one is tried: all of them need a minute, as `--thorough` or `monitord test --mutate`."""
LEAST = {"ketamine_iv_0_5_40": 100, "after_birth": 30}
"""The files whose protocol and overlays are mutated, and how many mutants they have at least."""
if thorough():
    # What they share with the first is most of them: the suite tries its own.
    LEAST |= {"esketamine_iv_0_2_40": 400, "esketamine_nasal": 400}


@cache
def told(file: Path) -> story_report.Tested:
    """The stories take long: they are told once for both questions."""
    every = mutate.mutants
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story_report, "mutants", lambda of: list(every(of))[::SHARE])
        (found,) = run_tests([file], mutate=file.stem in LEAST)
    return found


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_protocol_passes_its_tests_and_they_reach_all_of_it(file: Path) -> None:
    found = told(file)
    assert [o.faults for o in found.outcomes if o.faults] == []
    assert found.coverage is not None
    assert list(map(str, found.coverage.missing(found.protocol))) == []


@pytest.mark.parametrize("name", LEAST)
def test_no_mutant_of_a_shipped_protocol_or_of_its_overlays_survives(name: str) -> None:
    found = told(shipped(f"protocols/tests/{name}.yaml"))
    assert found.tried > LEAST[name] // SHARE
    assert [(mutant.rule, mutant.words) for mutant in found.survivors] == []


def test_an_alarm_that_does_not_come_in_its_window_fails_and_says_what_came(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, DIP.replace("at: 25s", "at: 28s"))
    out = CliRunner().invoke(app, ["test", str(file)])
    assert out.exit_code == 1
    assert "dip [infusion]" in out.stdout
    assert "missing: medium start of spo2_low from 27 s to 29 s; came: 25 s start" in out.stdout


def test_an_alarm_that_must_not_come_fails_when_it_does(tmp_path: Path) -> None:
    (story,) = read_stories(written(tmp_path, DIP + "      - {none: any}\n"))
    (fault,) = play(story).faults
    assert fault.startswith("must not come: start of any")


def test_coverage_names_what_no_story_reached(tmp_path: Path) -> None:
    (tested,) = run_tests([written(tmp_path, DIP)])
    assert tested.coverage is not None
    missing = set(map(str, tested.coverage.missing(tested.protocol)))
    assert "spo2_low in infusion: medium <90: beyond" not in missing
    assert "spo2_low in infusion: medium <90: within" in missing
    assert "spo2_low in early: medium <90: beyond" in missing


def test_under_an_overlay_only_what_it_adds_is_to_be_reached(tmp_path: Path) -> None:
    under = "ketamine_iv_0_5_40+postpartum"
    (tested,) = run_tests([written(tmp_path, DIP)], protocol=under)
    assert tested.coverage is not None
    missing = {goal.rule for goal in tested.coverage.missing(tested.protocol)}
    assert "postpartum_headache" in missing
    assert all(name.startswith("postpartum_") for name in missing)


def test_an_overlay_that_the_protocol_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read_stories(written(tmp_path, DIP), "ketamine_iv_0_5_40+postpartun")
    assert "no overlay 'postpartun'; did you mean 'postpartum'?" in str(refused.value)


def test_a_mutant_that_no_story_notices_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """89 for 20 s says nothing of the limit's exact place above; of the other rules nobody asks here."""
    monkeypatch.setattr(mutate, "rules_in_question", lambda _of: {"spo2_low"})
    (tested,) = run_tests([written(tmp_path, DIP.replace("infusion", "pre"))], mutate=True)
    survivors = {mutant.words for mutant in tested.survivors if mutant.rule == "spo2_low"}
    assert "levels.1.limit: <90 -> <91" in survivors
    assert "levels.1.limit: <90 -> <89" not in survivors
    assert "levels.1.delay: 15s -> 18s" not in survivors


def test_the_daemon_killed_in_the_middle_of_a_delay_goes_on_after_it(tmp_path: Path) -> None:
    killed = DIP.replace(
        "    expect:", "    faults:\n      - {at: 15s, fault: kill, for: 4s}\n    expect:"
    )
    (story,) = read_stories(written(tmp_path, killed))
    assert play(story).faults == []


def test_an_unplugged_device_gives_the_technical_alarm_of_its_link(tmp_path: Path) -> None:
    text = """\
  unplugged:
    phases: [early]
    series:
      - {source: oximeter, spo2: 97x60}
    faults:
      - {at: 5s, fault: unplug, device: oximeter, for: 30s}
    expect:
      - {alarm: "link:oximeter", priority: medium, at: 15s}
      - {alarm: "link:oximeter", event: clear, at: 35s}
      - {none: spo2_absent, priority: high}
"""
    (story,) = read_stories(written(tmp_path, text))
    assert play(story).faults == []


def test_answers_refused_and_alarms_not_there_fail_the_story(tmp_path: Path) -> None:
    text = DIP.replace(
        "    expect:",
        "    staff:\n      - {at: 1s, do: acknowledge, alarm: spo2_low}\n"
        "      - {at: 2s, do: resume_infusion}\n    expect:",
    )
    (story,) = read_stories(written(tmp_path, text))
    faults = play(story).faults
    assert faults[0] == "nobody could answer spo2_low: it was not there"
    assert any("Cannot resume infusion" in fault for fault in faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DIP.split("    expect", maxsplit=1)[0], "dip: expects nothing"),
        (DIP.replace("infusion", "peak"), "no phase 'peak'"),
        (
            DIP.replace(
                "    expect:", "    faults: [{at: 1s, fault: motion, device: o}]\n    expect:"
            ),
            "motion needs a device's twin",
        ),
        (DIP.replace("at: 25s", "at: 25"), "not a duration"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_stories(written(tmp_path, text))
    assert "tests.yaml:" in str(caught.value)
