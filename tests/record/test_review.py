"""What is over is looked at again: 72 h of alarms over past sessions, the strip of each, the trends of a session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from monitord.daemon.host import station_reviews
from monitord.model import (
    HOUR,
    MINUTE,
    SECOND,
    Frame,
    Instant,
    Kind,
    Priority,
    Sample,
    Signal,
)
from monitord.station.access.roles import Role
from monitord.station.routes.review_routes import add_reviews
from monitord.station.views.trend_view import SPAN, STEP, Trend
from monitord.store import alarm_log as alarm_log_module
from monitord.store.alarm_log import AlarmLog, Wanted, alarm_at, alarm_log
from monitord.store.alarm_strip import AlarmStrip, alarm_strip
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.builders_station import PaperHost, protocol, session, state
from tests.record.journaled import JournaledBed, an_infusion
from tests.station.peopled import peopled
from tests.station.served import Served, served
from tests.test_confidential_by_data import WORDS, german


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session that is over, and an empty bed for two days since."""
    place = tmp_path_factory.mktemp("review") / "journal.db"
    an_infusion(place)
    return place


def log_of(journaled: Path, later: int = 0, **wanted: object) -> AlarmLog:
    # Each time another process would open it: nothing is kept in memory.
    with Journal.open(journaled, read_only=True) as journal:
        newest = journal.last_instant()
        assert newest is not None
        return alarm_log(journal, Instant(newest + later), Wanted(**wanted))  # type: ignore[arg-type]


def names(log: AlarmLog) -> list[str]:
    return [each.life.first.alarm for each in log.alarms]


def test_the_log_has_the_alarms_of_past_sessions_the_newest_first(place: Path) -> None:
    log = log_of(place)
    starts = [each.life.first.at for each in log.alarms]
    assert starts == sorted(starts, reverse=True)
    assert {"spo2_low", "spo2_stale"} <= set(names(log))
    assert not log.more
    with Journal.open(place, read_only=True) as journal:
        assert all(session.ended_at for session in journal.sessions())


def test_it_reaches_back_72_hours_and_no_further(place: Path) -> None:
    begun = [each.life.first.at for each in log_of(place).alarms]
    with Journal.open(place, read_only=True) as journal:
        newest = journal.last_instant() or 0
    edge = 72 * HOUR - (newest - begun[0])
    assert len(log_of(place, edge).alarms) >= 1
    assert log_of(place, edge + SECOND).alarms == ()


def test_it_is_asked_by_chair_class_and_priority(place: Path) -> None:
    every = log_of(place).alarms
    assert log_of(place, place="1").alarms == every
    assert log_of(place, place="2").alarms == ()
    assert log_of(place, place="").alarms == ()
    for kind in Kind:
        fitting = [each for each in every if each.life.first.kind is kind]
        assert list(log_of(place, kind=kind).alarms) == fitting
    for priority in Priority:
        fitting = [each for each in every if each.life.peak is priority]
        assert list(log_of(place, priority=priority).alarms) == fitting
    assert log_of(place, priority=Priority.HIGH).alarms


def test_no_more_is_read_than_a_bound_and_the_log_says_so(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = log_of(place)
    monkeypatch.setattr(alarm_log_module, "LISTED_AT_MOST", 1)
    few = log_of(place)
    assert (few.alarms, few.more) == (whole.alarms[:1], True)
    monkeypatch.setattr(alarm_log_module, "LINES_AT_MOST", 3)
    cut = log_of(place)
    assert cut.more
    assert cut.since > whole.since


def strip_of(place: Path, rule: str, n: int = 0) -> tuple[alarm_log_module.LoggedAlarm, AlarmStrip]:
    found = [each for each in log_of(place).alarms if each.life.first.alarm == rule]
    with Journal.open(place, read_only=True) as journal:
        alarm = alarm_at(journal, found[n].effect)
        assert alarm == found[n]
        return alarm, alarm_strip(journal, alarm, journal.last_instant() or Instant(0))


def test_a_strip_shows_a_minute_before_and_after_with_the_limit_that_was_crossed(
    place: Path,
) -> None:
    alarm, strip = strip_of(place, "spo2_low")
    life = alarm.life
    assert life.end is not None
    assert strip.begin == life.first.at - MINUTE
    assert strip.end == life.end + MINUTE
    assert strip.points[0][0] <= strip.begin + 2 * SECOND
    assert (strip.lowest, strip.highest) == (84, 96)
    # A longer alarm than can be shown would end before; this one is seen to its end.
    assert strip.points[-1][0] > life.end
    assert [(each.limit, each.priority) for each in strip.limits][:2] == [
        (90, Priority.MEDIUM),
        (85, Priority.HIGH),
    ]


def test_what_no_device_read_is_a_gap_in_the_strip(place: Path) -> None:
    _, strip = strip_of(place, "spo2_stale")
    assert strip.signal is Signal.SPO2
    assert None in [value for _, value in strip.points]


def test_an_effect_that_begins_no_alarm_has_no_strip(place: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        begun = {each.effect for each in log_of(place).alarms}
        others = [each.id for each in journal.effects() if each.id not in begun]
        assert [alarm_at(journal, each) for each in [*others[:20], 10**9]] == [None] * 21


class Looks:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def looked(self, who: str, what: str) -> None:
        self.said.append((who, what))


@asynccontextmanager
async def reviewed(
    place: Path, tmp_path: Path, role: Role | None = None
) -> AsyncIterator[tuple[httpx2.AsyncClient, Looks, Served]]:
    """A station with the reviews of this journal, asked as this role; on an open station as Ann."""
    looks, host = Looks(), PaperHost(**{"1": state("1")})
    people = peopled(tmp_path, host) if role is not None else None
    if people is not None and people.access.known:
        await people.access.known.refresh()
    with Journal.open(place, read_only=True) as journal:
        newest = journal.last_instant() or Instant(0)

        def routes(app: FastAPI) -> None:
            read = station_reviews.reviews(journal, lambda: newest, asyncio.Lock())
            add_reviews(app, read, host.label, looks.looked)

        access = people.access if people else None
        token = {"authorization": f"Bearer token {role}"} if role else {}
        async with (
            served(host, access=access, also=routes) as station,
            httpx2.AsyncClient(base_url=station.url, headers=token) as client,
        ):
            yield client, looks, station
    if people is not None:
        people.journal.close()


async def test_each_look_is_kept_with_who_looked(place: Path, tmp_path: Path) -> None:
    async with reviewed(place, tmp_path) as (client, looks, _):
        ann = {"by": "Ann"}
        log = (await client.get("/api/review/alarms", params=ann)).json()
        (first, *_) = [each for each in log["alarms"] if "SpO2" in each["text"]]
        strip = await client.get(f"/api/review/alarms/{first['alarm']}", params=ann)
        assert strip.json()["signal"] == "spo2"
        trend = (await client.get("/api/sessions/s1/trend", params=ann)).json()
        assert (await client.get("/api/sessions/nobody/trend")).status_code == 404
        assert (await client.get("/api/review/alarms/999999")).status_code == 404
    assert trend["pseudonym"] == "P-17"
    assert [(each["sys"], each["dia"]) for each in trend["trend"]["pressures"]] == [
        (128, 82), (151, 93), (132, 84),
    ]  # fmt: skip
    assert looks.said == [
        ("Ann", f"the alarm log ({len(log['alarms'])} alarms)"),
        ("Ann", f"the strip of alarm {first['alarm']} of session s1"),
        ("Ann", "the trends of session s1"),
    ]


async def test_the_whole_session_is_drawn_with_what_was_entered_by_hand(
    place: Path, tmp_path: Path
) -> None:
    async with reviewed(place, tmp_path) as (client, _, _):
        shown = (await client.get("/api/sessions/s1/trend")).json()
    assert shown["trend"]["at"][0] - shown["admitted"] < 10_000
    assert shown["ended"] - shown["trend"]["at"][-1] < 10_000
    phases = [each["name"] for each in shown["trend"]["phases"]]
    assert len(phases) >= 3
    moaas = next(each for each in shown["spots"] if each["signal"] == "moaas")
    assert moaas["values"] == [5, 4]
    # What was taken back did not happen.
    assert "nausea" not in [each["signal"] for each in shown["spots"]]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.NURSE, Role.ENGINEER])
async def test_a_wall_display_reviews_nothing(place: Path, tmp_path: Path, role: Role) -> None:
    async with reviewed(place, tmp_path, role) as (client, looks, _):
        for path in ("/api/review/alarms", "/api/review/alarms/1", "/api/sessions/s1/trend"):
            refused = (await client.get(path)).status_code == 403
            assert refused == (role is Role.VIEWER), path
    assert bool(looks.said) == (role is not Role.VIEWER)


async def test_nothing_of_a_form_is_in_a_review_even_for_who_may_read_it_at_the_bed(
    tmp_path: Path,
) -> None:
    bed = JournaledBed(settings(protocols={"small": german()}))
    bed.admit()
    bed.start_infusion(override="x")
    bed.spo2(97, "5s")
    bed.fill_form("stimmungsbogen", answers={"frage_1": 3, "frage_2": 1})
    bed.observe({Signal.MOOD: 3.0, Signal.MOAAS: 5.0}, note="traurig")
    bed.wait("7min")
    place = bed.write(tmp_path / "journal.db")
    async with reviewed(place, tmp_path, Role.CLINICIAN) as (client, _, _):
        log = await client.get("/api/review/alarms")
        alarms = log.json()["alarms"]
        strips = [await client.get(f"/api/review/alarms/{each['alarm']}") for each in alarms]
        trend = await client.get("/api/sessions/s1/trend")
    assert any("linician" in each["text"] for each in alarms)
    for answer in (log, *strips, trend):
        assert answer.status_code == 200
        assert [word for word in WORDS if word in answer.text.lower()] == []
    assert "moaas" in [each["signal"] for each in trend.json()["spots"]]
    assert "mood" not in [each["signal"] for each in trend.json()["spots"]]


def test_a_long_session_has_no_more_points_than_a_page_can_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitord.station.views.trend_view._phases", lambda *_: [])
    visit = session()
    frames = [
        (Instant(visit.opened_at + n * MINUTE), Frame(samples=(Sample(signal=Signal.SPO2, value=97.0),)))
        for n in range(30 * 60)
    ]  # fmt: skip
    until = Instant(visit.opened_at + 30 * HOUR)
    shown = Trend.of_session(visit, protocol(), frames, until).view()
    assert len(shown.at) <= SPAN // STEP
    assert shown.at[0] == visit.opened_at
    assert until - shown.at[-1] <= MINUTE
