"""How often a client may ask: bounded, told when to come back, and never where an alarm waits."""

from pathlib import Path

import httpx2

from monitord.station.access.authorization import Access
from monitord.station.access.rate_limit import TABLE, UNLIMITED, BackOff, Rate
from monitord.station.access.roles import STAFF_ACTIONS
from monitord.station.access.roles import TABLE as ROLES
from tests.builders_station import PaperHost, line, session, state, track, vitals
from tests.station.peopled import peopled, sign_in
from tests.station.served import listen, served, take, until


def host() -> PaperHost:
    beds = {"1": state("1", visit=session(), readings=vitals(86), tracks=(track(line("1")),))}
    return PaperHost(**beds)


def test_a_bucket_is_emptied_and_fills_again() -> None:
    rate = Rate(per_s=2, burst=3)
    assert [rate.wait("a", 0) for _ in range(4)] == [0, 0, 0, 1]
    assert rate.wait("b", 0) == 0
    assert [rate.wait("a", 0.5), rate.wait("a", 0.5)] == [0, 1]
    assert [rate.wait("a", 100) for _ in range(4)] == [0, 0, 0, 1]


def test_the_tables_stay_small_however_many_come() -> None:
    rate, wrong = Rate(), BackOff(free=0, first_s=1, longest_s=8)
    for client in range(3 * TABLE):
        rate.wait(client, 0)
        wrong.wrong(client, 0)
    assert len(rate) == len(wrong) == TABLE


def test_each_wrong_attempt_doubles_the_wait_up_to_its_longest() -> None:
    wrong = BackOff(free=2, first_s=1, longest_s=8)
    waits = []
    for _ in range(7):
        wrong.wrong("a", 0)
        waits.append(wrong.wait("a", 0))
    assert waits == [0, 0, 1, 2, 4, 8, 8]
    assert wrong.wait("a", 5) == 3
    wrong.right("a")
    assert wrong.wait("a", 0) == 0


def test_what_must_never_wait_are_routes_and_actions_that_there_are() -> None:
    assert set(ROLES) >= UNLIMITED
    answers = {"call_help", "acknowledge", "accept", "reject", "pause_audio"}
    assert answers == UNLIMITED & STAFF_ACTIONS


async def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    access = Access(rate=Rate(per_s=0.5, burst=2))
    async with (
        served(host(), access=access) as station,
        httpx2.AsyncClient(base_url=station.url) as http,
    ):
        statuses = [(await http.get("/api/beds")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        answer = await http.get("/api/alarms")
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["error"] == "too many requests: wait 2 s"


async def test_alarms_the_sign_of_life_help_and_answers_are_never_refused() -> None:
    access = Access(rate=Rate(per_s=0.001, burst=1))
    ward = host()
    async with (
        served(ward, access=access) as station,
        httpx2.AsyncClient(base_url=station.url) as http,
    ):
        assert [(await http.get("/api/beds")).status_code for _ in range(2)] == [200, 429]
        for _ in range(5):
            beat = {"visible": True, "sound": "plays"}
            assert (await http.post("/api/stations/desk", json=beat)).status_code == 204
            path = "/api/alarms/s-infusion/spo2_low/1/acknowledge"
            assert (await http.post(path, json={"by": "AB"})).status_code == 200
            for kind in ("call_help", "pause_audio"):
                answer = await http.post("/api/beds/1/actions", json={"type": kind})
                assert answer.status_code == 200
        async with http.stream("GET", "/api/events") as response:
            await take(listen(response), "tile")
        stop = {"type": "stop_infusion", "by": "AB"}
        assert (await http.post("/api/beds/1/actions", json=stop)).status_code == 429


async def test_one_screen_that_floods_does_not_use_up_anothers(tmp_path: Path) -> None:
    people = peopled(tmp_path, host(), rate=Rate(per_s=0.001, burst=5))
    async with served(people.host, access=people.access) as station:
        await until(lambda: people.known.loaded)
        async with (
            httpx2.AsyncClient(base_url=station.url) as one,
            httpx2.AsyncClient(base_url=station.url) as two,
        ):
            assert (await sign_in(one, "nurse")).status_code == 204
            assert (await sign_in(two, "clinician")).status_code == 204
            statuses = [(await one.get("/api/beds")).status_code for _ in range(6)]
            assert statuses == [200] * 5 + [429]
            assert (await two.get("/api/beds")).status_code == 200
    people.journal.close()
