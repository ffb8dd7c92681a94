"""Bounds on somebody being told: when, to whom, how urgently, how often, and what a file may not say."""

from pathlib import Path

import pytest

from monitord.errors import ConfigError
from monitord.replay.stories.story_file import read_stories
from monitord.replay.stories.story_play import play

FALL = """\
title: a fall
protocol: ketamine_iv_0_5_40
lasts: 4min
beds:
  falls to 88, then to 79:
    phases: [infusion]
    series:
      - {spo2: 97x10 93 88x38 83 79x40 97x140, pulse_rate: 72..78x230}
    expect:
      - paged: PAGED
"""
# Medium is told at 26 s to desk and ward; high, at under 80, at 50 s to them, at 56 s (30 s after the first) to the pager,
# at 86 s to desk and pager, and, latched, every 60 s.


def unmet(folder: Path, paged: str) -> list[str]:
    file = folder / "fall.yaml"
    file.write_text(FALL.replace("PAGED", paged))
    (story,) = read_stories(file)
    return play(story).faults


@pytest.mark.parametrize(
    "paged",
    [
        "{after: 11s, within: 15s}",
        "{after: 11s, within: 15s, priority: medium, alarm: spo2_low, to: ward}",
        "{after: 11s, within: 39s, priority: high}",
        "{after: 11s, within: 45s, to: pager, says: SpO2 79}",
        "{after: 11s, within: 15s, every: 60s}",
        "{after: 11s, until: 60s, to: ward, apart: 24s}",
    ],
)
def test_a_bound_that_is_kept(tmp_path: Path, paged: str) -> None:
    assert unmet(tmp_path, paged) == []


@pytest.mark.parametrize(
    ("paged", "words"),
    [
        ("{after: 11s, within: 14s}", "late: told to somebody, by 25 s; first at 26 s"),
        ("{after: 27s, within: 15s}", "by 42 s; first at 50 s"),
        ("{within: 30s, priority: high}", "late: high told to somebody, by 30 s; first at 50 s"),
        ("{alarm: pulse_rate_low}", "late: pulse_rate_low told to somebody, by 240 s; nobody"),
        ("{within: 44s, to: pager}", "late: told to pager, by 44 s; first at 56 s"),
        ("{says: SpO2 55}", "saying 'SpO2 55', by 240 s; nobody was told"),
        ("{after: 11s, every: 59s}", "nobody was told from 146 s to 206 s"),
        ("{after: 11s, to: ward, apart: 25s}", "ward was told at 26 s and 50 s"),
    ],
)
def test_a_bound_that_is_not_kept_says_what_came_instead(
    tmp_path: Path, paged: str, words: str
) -> None:
    (fault,) = unmet(tmp_path, paged)
    assert words in fault


@pytest.mark.parametrize(
    ("paged", "words"),
    [
        ("{withinn: 30s}", "withinn: is not a key that is known here; did you mean 'within'?"),
        ("{alarm: spo2_lo}", "no alarm is called 'spo2_lo'; did you mean 'spo2_low'?"),
        ("{to: pagr}", "nobody is called 'pagr'; did you mean 'pager'?"),
        ("{priority: mediun}", "'mediun' is not a priority: one of low, medium, high"),
        ("{within: 30}", "not a duration"),
        ("{within: 30s, until: 20s}", "'until' comes before the first message is due"),
        ("{}\n        alarm: any", "an expectation says one of 'alarm', 'none' and 'paged'"),
        ("{}\n        within: 3s", "what 'paged' asks for stands below it"),
    ],
)
def test_a_bound_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, paged: str, words: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        unmet(tmp_path, paged)
    (fault,) = refused.value.faults
    assert words in fault
    assert "fall.yaml:" in fault


def test_a_misspelt_rule_is_refused_in_every_expectation(tmp_path: Path) -> None:
    file = tmp_path / "fall.yaml"
    file.write_text(FALL.replace("paged: PAGED", "{none: nibp_sys_hihg}"))
    with pytest.raises(ConfigError, match="did you mean 'nibp_sys_high'"):
        read_stories(file)


def test_a_fault_may_come_again_and_again(tmp_path: Path) -> None:
    """The link's alarm comes for the first loss; each loss is as long as the first."""
    file = tmp_path / "losses.yaml"
    file.write_text(
        FALL.replace("{spo2", "{source: ox, spo2")
        .replace(
            "    expect:",
            "    faults: [{at: 100s, fault: unplug, device: ox, for: 12s, every: 30s, times: 3}]\n"
            "    expect:",
        )
        .replace("paged: PAGED", '{alarm: "link:ox", event: clear, at: 172s}')
    )
    (story,) = read_stories(file)
    assert [each.at // 1_000_000 for each in story.bed.faults] == [100, 130, 160]
    assert play(story).faults == []
