"""Every piece of YAML in the guides is one that the real readers take: of a suite file, or of a timeline."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitord.config.protocol.timeline_file import read_scenario
from monitord.config.suite.suite_file import read_suite
from monitord.model.timeline import Timeline
from monitord.plugins import load_plugins
from tests.release.guides import GUIDES, ROOT
from tests.scenarios.stage import Stage

PARTS_OF_A_TIMELINE = {"title", "series", "devices", "patient", "staff", "expect"}
PLAYED = {"title", "devices", "patient", "staff", "expect"}
"""Of a scenario that somebody copies and plays as it stands."""

DESK = {"tiers": [{"to": ["desk"]}]}
SUITE: dict[str, Any] = {
    "suite": "ward",
    "protocols": ["ketamine_iv_0_5_40"],
    "beds": {
        name: {"devices": {"oximeter": {"driver": "nonin", "port": f"/dev/serial/by-id/{name}"}}}
        for name in ("1", "2")
    },
    "destinations": {
        "desk": {"notifier": "terminal"},
        "ward": {"notifier": "mqtt", "broker": "mqtt://127.0.0.1:1883"},
        "pager": {"notifier": "webhook", "url": "https://pager.example/alarms"},
        "outside": {"notifier": "heartbeat", "url": "https://outside.example/alive"},
    },
    "routes": {"high": DESK, "medium": DESK},
}
TIMELINE: dict[str, Any] = {
    "title": "a piece",
    "protocol": "ketamine_iv_0_5_40",
    "devices": {"oximeter": "nonin", "cuff": "suntech"},
}


def blocks() -> list[tuple[str, dict[str, Any]]]:
    """Every block but those of docs/protocols.md, which has a test of its own."""
    found = []
    for guide in GUIDES:
        if guide != "docs/protocols.md":
            texts = re.findall(
                r"^```yaml\n(.*?)^```", (ROOT / guide).read_text(), re.MULTILINE | re.DOTALL
            )
            found += [(guide, YAML(typ="safe").load(text)) for text in texts]
    return found


BLOCKS = blocks()


def written(place: Path, document: dict[str, Any]) -> Path:
    """As JSON, which is YAML without short forms."""
    place.write_text(json.dumps(document))
    return place


@pytest.mark.parametrize(
    ("guide", "piece"),
    [each for each in BLOCKS if not PARTS_OF_A_TIMELINE & each[1].keys()],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_settings_that_a_guide_shows_are_taken(
    guide: str, piece: dict[str, Any], tmp_path: Path
) -> None:
    suite = read_suite(written(tmp_path / "suite.yaml", SUITE | piece), load_plugins())
    assert suite.beds


@pytest.mark.parametrize(
    ("guide", "piece"),
    [each for each in BLOCKS if PARTS_OF_A_TIMELINE & each[1].keys()],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_a_timeline_that_a_guide_shows_is_one(
    guide: str, piece: dict[str, Any], tmp_path: Path
) -> None:
    whole = piece if "title" in piece else TIMELINE | piece
    assert read_scenario(written(tmp_path / "timeline.yaml", whole)).beds


@pytest.mark.parametrize(
    ("guide", "piece"),
    [each for each in BLOCKS if each[1].keys() >= PLAYED],
    ids=lambda each: each if isinstance(each, str) else str(each["title"]),
)
def test_a_whole_scenario_that_a_guide_shows_goes_as_it_says(
    guide: str, piece: dict[str, Any]
) -> None:
    stage = Stage(Timeline.model_validate(piece))
    assert (stage.unmet(), stage.refused) == ([], [])


def test_nothing_is_left_out() -> None:
    assert len(BLOCKS) > 8
    assert any(piece.keys() >= PLAYED for _, piece in BLOCKS)
