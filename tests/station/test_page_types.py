"""The page's types are those that the station writes, made by the build."""

import importlib.util
import json
from pathlib import Path

import pytest

from monitord.engine.state import State
from monitord.model import AlarmLine, Priority
from monitord.station.views.bed_view import bed_view
from monitord.station.views.stream_events import LineView
from monitord.station.views.views import jsonable
from monitord.store.line_json import line_json
from tests.builders_station import NOW, line, suite_of_four

SPEC = importlib.util.spec_from_file_location(
    "page_types", Path(__file__).parents[2] / "release" / "page_types.py"
)
assert SPEC is not None
assert SPEC.loader is not None
page_types = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page_types)


def test_the_types_of_the_page_are_made_from_what_the_station_writes() -> None:
    made = page_types.types_of(page_types.schema())
    kept = page_types.TARGET.read_text(encoding="utf-8")
    assert kept == made, "what the station writes changed: run ./dev web and commit src/ and dist/"


def test_a_field_that_is_added_is_in_the_types() -> None:
    api = page_types.schema()
    api["components"]["schemas"]["BedView"]["properties"]["planted"] = {
        "anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "null"}]
    }
    assert "  planted: number[] | null;\n" in page_types.types_of(api)


def test_a_type_that_the_page_could_not_have_is_refused() -> None:
    api = page_types.schema()
    api["components"]["schemas"]["BedView"]["properties"]["planted"] = {"not": {}}
    with pytest.raises(ValueError, match="no type for"):
        page_types.types_of(api)


@pytest.mark.parametrize("priority", list(Priority))
def test_an_alarm_line_has_the_fields_that_the_types_say(priority: Priority) -> None:
    told: AlarmLine = line("1", "spo2_low", priority=priority)
    said = json.loads(line_json(told, durable=True))
    assert jsonable(LineView(**said)) == said
    assert list(jsonable(LineView(**said))) == list(said)


def test_a_tile_has_every_field_that_its_type_says() -> None:
    host = suite_of_four()
    every = page_types.schema()["components"]["schemas"]
    for bed, state in host.beds().items():
        assert isinstance(state, State)
        tile = jsonable(bed_view(bed, state, "Chair", NOW))
        assert list(tile) == list(every["BedView"]["properties"])
        for alarm in tile["alarms"]:
            assert list(alarm) == list(every["AlarmView"]["properties"])
