"""What the station takes in: every request is as it was, and a staff action needs no more than its class and its row."""

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from monitord.model import Action, Instant
from monitord.model.actions import ACTION_TYPES
from monitord.station.access.listening_stations import Sound
from monitord.station.access.roles import ACTIONS, STAFF_ACTIONS
from monitord.station.app import create_app
from monitord.station.routes.requests import BODIES, ActionBody, StationBody, body_of, to_action
from tests.builders_station import suite_of_four

KEPT = Path(__file__).parent / "requests.json"
OF_THE_SUITE = {"check_suite", "close_suite", "hand_over_all", "swap_device"}
BODY: TypeAdapter[ActionBody] = TypeAdapter(ActionBody)


def plain(schema: Any, every: dict[str, Any]) -> Any:
    """Without what only describes, references followed, lists in one order."""
    match schema:
        case {"$ref": str(name)}:
            return plain(every[name.rpartition("/")[2]], every)
        case {"properties": dict(properties), **rest}:
            taken = {name: plain(each, every) for name, each in properties.items()}
            return {"properties": taken, **plain(rest, every)}
        case dict():
            says = {"title", "description", "discriminator"}
            return {key: plain(each, every) for key, each in schema.items() if key not in says}
        case list():
            return sorted(
                (plain(each, every) for each in schema),
                key=lambda each: json.dumps(each, sort_keys=True),
            )
    return schema


def requests() -> dict[str, Any]:
    """Of each route with a body, and of each staff action, what it takes in."""
    api = create_app(suite_of_four()).openapi()
    every = api["components"]["schemas"]
    found = {}
    for path, methods in api["paths"].items():
        if body := methods.get("post", {}).get("requestBody"):
            found[f"POST {path}"] = plain(body["content"]["application/json"]["schema"], every)
    actions = found.pop(ACTIONS)["oneOf"]
    return found | {each["properties"]["type"]["const"]: each for each in actions}


def test_every_request_of_the_first_release_is_taken_in_as_it_was() -> None:
    kept, now = json.loads(KEPT.read_text(encoding="utf-8")), requests()
    assert len(kept) > 40
    for request in now.values():
        # Since then an action may carry an id of its sender's choice.
        request["properties"].pop("id", None)
    # A station says now what became of its sound; one of the first release goes on saying whether it has any.
    station = "POST /api/stations/{name}"
    kept.pop(station)
    assert StationBody.model_validate({"visible": True, "audio": True}).became is Sound.PLAYS
    assert StationBody.model_validate({"visible": True, "audio": False}).became is Sound.LOCKED
    assert {name: now.get(name) for name in kept} == kept


def test_an_action_may_be_posted_where_it_has_a_row_and_all_but_the_suites_have_one() -> None:
    assert set(BODIES) == STAFF_ACTIONS
    assert set(ACTION_TYPES) - STAFF_ACTIONS == OF_THE_SUITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Action):
    """Staff turned the patient."""

    type: Literal["turn"] = field(default="turn", repr=False)
    side: str
    reason: str
    note: str = ""


def test_a_new_actions_request_follows_from_its_class() -> None:
    request = body_of(Turn)
    given = {"type": "turn", "by": "Ann", "side": " left ", "reason": "sore"}
    assert request.model_validate(given).model_dump(exclude={"happened_at", "id"}) == {
        **given,
        "side": "left",
        "note": "",
    }
    for wrong in ({"side": "x" * 81}, {"reason": ""}, {"note": "a\nb"}, {"id": "mine"}):
        with pytest.raises(ValidationError, match="1 validation error"):
            request.model_validate(given | wrong)


def test_what_is_posted_becomes_the_action_with_an_id_and_its_time_in_microseconds() -> None:
    given = {"type": "admit", "by": "Ann", "protocol": "p", "happened_at": "1970-01-01T00:00:01Z"}
    first, again = (to_action(BODY.validate_python(given)) for _ in range(2))
    assert isinstance(first, ACTION_TYPES["admit"])
    assert first.happened_at == Instant(1_000_000)
    assert len({first.id, again.id}) == 2
    assert first.session != again.session  # type: ignore[attr-defined]


def test_an_id_of_the_senders_choice_is_the_same_action_again_and_nobody_elses() -> None:
    given = {"type": "call_help", "by": "Ann", "id": "chosen-by-Ann"}
    first, again = (to_action(BODY.validate_python(given)) for _ in range(2))
    other = to_action(BODY.validate_python(given | {"by": "Ben"}))
    assert first == again
    assert len({first.id, other.id, "chosen-by-Ann"}) == 3


@pytest.mark.parametrize(
    "chosen", ["", "short", "x" * 65, "a b c d e f", "../../../etc", "line\nline"]
)
def test_an_id_that_is_no_short_plain_word_is_refused(chosen: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error"):
        BODY.validate_python({"type": "call_help", "by": "Ann", "id": chosen})


def test_the_station_names_no_action_but_in_its_tables_of_who_may_and_how_often() -> None:
    root = Path(__file__).parents[2] / "monitord"
    own = {"roles.py", "rate_limit.py"}
    files = [each for each in (root / "station").rglob("*.py") if each.name not in own]
    assert len(files) > 10
    named = [
        f"{path.name}:{node.lineno}: {node.value}"
        for path in [*files, *(root / "model").glob("tracks.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in ACTION_TYPES
    ]
    assert named == []
