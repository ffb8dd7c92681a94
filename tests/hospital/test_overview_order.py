"""What the overview shows to whom, and in which order; no cluster is needed for that."""

import json
from typing import Any

from nats.aio.msg import Msg

from monitord.config.suite.hospital_file import HospitalUnit
from monitord.config.suite.hospital_link import ClusterAccess
from monitord.hospital.overview import Overview
from monitord.hospital.overview_view import may_answer, overview_view
from monitord.hospital.subjects import now_subject
from monitord.model import SECOND
from tests.hospital.stream_reader import PLAN

UNITS = {
    "medicine": HospitalUnit(suites=("icu",), answers=("anna",)),
    "surgery": HospitalUnit(suites=("south",), sees=("ben",), answers=("carla",)),
}


def tile(suite: str, bed: str, *alarms: dict[str, Any]) -> dict[str, Any]:
    return {
        "suite": suite,
        "bed": bed,
        "seq": 7,
        "at": 1,
        "tile": {"label": f"Chair {bed}", "alarms": list(alarms)},
        "unmonitored": None,
        "coverage": [{"signal": "spo2", "watch": "blind", "cause": "no reading"}],
    }


def message(shown: dict[str, Any], bed: str | None) -> Msg:
    subject = now_subject(shown["suite"], bed)
    return Msg(_client=None, subject=subject, data=json.dumps(shown).encode())  # type: ignore[arg-type]


async def test_what_came_now_stays_before_what_was_kept_and_a_bed_taken_out_goes() -> None:
    made = overview()
    newer = tile("icu", "1") | {"seq": 9}
    made._take(message(newer, "1"), live=True)
    made._take(message(tile("icu", "1"), "1"), live=False)
    assert made.tiles["icu", "1"]["seq"] == 9
    # What speaks of another suite than its subject is not believed, whatever let it in.
    stranger = Msg(
        _client=None,  # type: ignore[arg-type]
        subject=now_subject("south", "1"),
        data=json.dumps(newer | {"bed": "1", "seq": 99}).encode(),
    )
    made._take(stranger, live=True)
    assert made.tiles["south", "1"]["seq"] == 7
    made._take(message({"suite": "icu", "beds": ["1"], "alarms": []}, None), live=True)
    assert [bed for suite, bed in made.tiles if suite == "icu"] == ["1"]
    assert not made.has("icu", "2")
    assert made.has("icu", None)
    assert made.has("south", "2")


def alarm(urgency: int, news: int, phase: str = "active") -> dict[str, Any]:
    return {"urgency": urgency, "news": news, "phase": phase}


def overview() -> Overview:
    access = ClusterAccess(servers=("nats://127.0.0.1:4222",))
    made = Overview(access, PLAN, {"icu": "medicine", "south": "surgery"}, 60 * SECOND)
    made.tiles = {
        ("icu", "1"): tile("icu", "1"),
        ("icu", "2"): tile("icu", "2", alarm(223, 5, "acknowledged")),
        ("icu", "3"): tile("icu", "3", alarm(322, 5)),
        ("south", "1"): tile("south", "1", alarm(323, 9), alarm(311, 2)),
        ("south", "2"): tile("south", "2") | {"tile": None, "unmonitored": {"label": "Chair 2"}},
    }
    made.suites["icu"].now = {"beds": ["1", "2", "3"], "alarms": [], "answers": ["accept"]}
    return made


async def test_what_nobody_watches_is_first_then_what_waits_then_the_rest() -> None:
    view = overview_view("clinic", overview(), UNITS, None, tiles=2)
    assert [(row.suite, row.bed) for row in view.beds] == [
        ("south", "2"),
        ("south", "1"),
        ("icu", "3"),
        ("icu", "2"),
        ("icu", "1"),
    ]
    assert [row.tile is not None for row in view.beds] == [False, True, False, False, False]
    assert [row.unanswered for row in view.beds] == [0, 2, 1, 0, 0]
    assert view.beds[1].unwatched == ["spo2"]
    assert not view.up


async def test_a_unit_is_for_its_accounts() -> None:
    def suites(account: str | None) -> set[str]:
        return {row.suite for row in overview_view("c", overview(), UNITS, account, 9).suites}

    assert suites(None) == suites("ben") == suites("carla") == {"icu", "south"}
    assert suites("anna") == suites("") == {"icu"}
    who = {name for name in ("anna", "ben", "carla", "") if may_answer(UNITS["surgery"], name)}
    assert who == {"carla"}


async def test_only_who_may_answer_is_offered_the_suites_own_words() -> None:
    def words(account: str) -> list[str]:
        beds = overview_view("c", overview(), UNITS, account, 9).beds
        return next(row.answers for row in beds if (row.suite, row.bed) == ("icu", "3"))

    assert words("anna") == ["accept"]
    assert words("ben") == []
