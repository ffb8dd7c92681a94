"""What a timeline names must be there: a word that nothing answers to is a fault with its line."""

from pathlib import Path

import pytest

from monitord.config.protocol.timeline_file import read_scenario
from monitord.errors import ConfigError
from monitord.replay.stories.story_file import read_stories
from monitord.replay.stories.story_play import play

GOOD = """\
title: a test
protocol: ketamine_iv_0_5_40
beds:
  "1":
    devices: {oximeter: nonin}
    series:
      - {source: oximeter, spo2: 97x20 89x20}
    staff:
      - {at: 0s, do: admit, session: s1, protocol: ketamine_iv_0_5_40}
      - {at: 39s, do: acknowledge, alarm: spo2_low}
    faults:
      - {at: 50s, fault: unplug, device: oximeter}
    expect:
      - {none: "link:oximeter", between: [0s, 10s]}
      - {none: spo2_absent, between: [0s, 30s]}
      - {alarm: spo2_low}
"""
MISSPELT = [
    (
        "none: spo2_absent",
        "none: spo2_absnt",
        "no alarm is called 'spo2_absnt'; did you mean 'spo2_absent'",
    ),
    ("- {alarm: spo2_low}", "- {alarm: spo2_lo}", "no alarm is called 'spo2_lo'; did you mean"),
    ('"link:oximeter"', '"link:oximter"', "no device is called 'oximter'; did you mean 'oximeter'"),
    ('"link:oximeter"', '"lnk:oximeter"', "no alarm is called 'lnk:oximeter'"),
    ("device: oximeter", "device: oximter", "oximter"),
    ("acknowledge, alarm: spo2_low", "acknowledge, alarm: spo2_lw", "did you mean 'spo2_low'"),
    ("do: acknowledge", "do: acknowledg", "not an action; did you mean 'acknowledge'"),
    ("alarm: spo2_low}\n    faults", "alrm: spo2_low}\n    faults", "has no alrm: it takes alarm"),
    ("spo2: 97", "spo: 97", "did you mean 'spo2'"),
    ("fault: unplug", "fault: unplg", "did you mean 'unplug'"),
    ("expect:", "expct:", "did you mean 'expect'"),
]


def written(folder: Path, text: str) -> Path:
    file = folder / "test.yaml"
    file.write_text(text)
    return file


def test_a_timeline_whose_names_are_all_there_is_read_by_both(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    assert len(read_stories(file)) == len(read_scenario(file).beds) == 1


@pytest.mark.parametrize(("right", "wrong", "said"), MISSPELT, ids=lambda words: words[:20])
def test_a_misspelt_name_is_a_fault_in_a_test_and_in_a_scenario(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert GOOD.count(right) == 1
    file = written(tmp_path, GOOD.replace(right, wrong))
    for read in (read_stories, read_scenario):
        with pytest.raises(ConfigError) as refused:
            read(file)
        assert said in str(refused.value)
        assert f"{file}:" in str(refused.value)


def test_staff_name_a_priority_by_its_word(tmp_path: Path) -> None:
    step = '{at: 1s, do: tighten_limit, rule: spo2_low, priority: medium, was: "<90", limit: "<91", reason: test}'
    text = GOOD.replace("      - {at: 39s", f"      - {step}\n      - {{at: 39s")
    (story,) = read_stories(written(tmp_path, text))
    assert play(story).faults == []
    for right, wrong, said in (
        ("priority: medium", "priority: medum", "is not a priority; did you mean 'medium'"),
        (
            "rule: spo2_low",
            "rule: spo2_lw",
            "no alarm is called 'spo2_lw'; did you mean 'spo2_low'",
        ),
    ):
        with pytest.raises(ConfigError, match=said):
            read_stories(written(tmp_path, text.replace(right, wrong)))


def test_a_fault_of_a_device_that_no_series_has_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("    devices: {oximeter: nonin}\n", "")
    read_stories(written(tmp_path, text))
    with pytest.raises(ConfigError, match="'oximter'; did you mean 'oximeter'"):
        read_stories(written(tmp_path, text.replace("device: oximeter", "device: oximter")))


def test_what_is_expected_of_the_whole_suite_is_looked_at_too(tmp_path: Path) -> None:
    for name, said in (("spo2_lo", "did you mean 'spo2_low'"), ("link:oximter", "'oximeter'")):
        file = written(tmp_path, f'{GOOD}expect:\n  - {{none: "{name}"}}\n')
        with pytest.raises(ConfigError, match=said):
            read_scenario(file)
