"""A screen's cookie is another one for each person, and no number of attempts pushes out what is counted."""

import httpx2
import pytest

from monitord.errors import StoreError
from monitord.model import MINUTE, SECOND, Acknowledge, CallHelp, PauseAudio
from monitord.station.access.cookie_renewal import GRACE, CookieRenewals
from monitord.station.access.rate_limit import TABLE
from monitord.station.access.sign_in_and_pin import PINS
from monitord.store.chain_verification import verify
from tests.builders_station import NOW
from tests.station.peopled import PASSWORD, PIN, Peopled, page_of, peopled, sign_in
from tests.station.served import listen, take

ACKNOWLEDGE = "/api/alarms/s-infusion/spo2_low/1/acknowledge"


def with_cookie(http: httpx2.AsyncClient, cookie: str) -> httpx2.AsyncClient:
    """The same browser's page as somebody has it who knows a cookie."""
    return httpx2.AsyncClient(
        base_url=http.base_url,
        headers={"origin": str(http.base_url).rstrip("/")},
        cookies={"monitord": cookie},
    )


async def unlock(http: httpx2.AsyncClient, name: str, pin: str = PIN) -> httpx2.Response:
    return await http.post("/api/session/unlock", json={"name": name, "pin": pin})


async def test_each_person_at_a_screen_gets_a_cookie_of_its_own_and_the_old_one_ends(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    cookies = []
    for answer in (
        await sign_in(http, "nurse"),
        await sign_in(http, "clinician"),
        await unlock(http, "nurse"),
        await unlock(http, "nurse"),
    ):
        assert answer.status_code == 204
        cookies.append(answer.cookies["monitord"])
    assert len(set(cookies)) == 4
    view = (await http.get("/api/session")).json()
    assert (view["name"], view["names"]) == ("nurse", ["clinician", "nurse"])
    async with with_cookie(http, cookies[2]) as thief:
        # What is still on its way may do what a locked screen may.
        assert (await thief.get("/api/beds")).status_code == 200
        assert (await thief.post(ACKNOWLEDGE, json={})).status_code == 401
        assert (await unlock(thief, "nurse")).status_code == 409
        assert "set-cookie" not in (await thief.get("/api/session")).headers
        assert (await sign_in(thief, "viewer")).status_code == 204
        assert (await thief.get("/api/session")).json()["names"] == []
    people.pass_time(GRACE)
    await people.known.refresh()
    for cookie in cookies[:3]:
        async with with_cookie(http, cookie) as thief:
            assert (await thief.get("/api/beds")).status_code == 401
    assert (await http.get("/api/session")).json()["name"] == "nurse"
    assert verify(people.journal.database).faults == ()
    assert any("said who they are by PIN" in note for note in people.audit())


async def test_an_answer_that_is_lost_with_its_cookie_leaves_the_screen_as_it_was(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    had = http.cookies["monitord"]
    assert (await http.get("/api/beds")).status_code == 200
    await unlock(http, "nurse")
    never_came = http.cookies["monitord"]
    http.cookies.clear()
    http.cookies.set("monitord", had)
    people.pass_time(10 * MINUTE)
    await people.known.refresh()
    view = (await http.get("/api/session")).json()
    assert (view["signed_in"], view["locked"], view["names"]) == (True, True, ["nurse"])
    http.cookies.clear()
    http.cookies.set("monitord", had)
    assert (await unlock(http, "nurse")).status_code == 204
    assert (await http.get("/api/session")).json()["name"] == "nurse"
    people.pass_time(GRACE)
    await people.known.refresh()
    for cookie in (had, never_came):
        async with with_cookie(http, cookie) as thief:
            assert (await thief.get("/api/beds")).status_code == 401


async def test_a_stream_under_an_old_cookie_ends_and_the_page_comes_back(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    async with http.stream("GET", "/api/events") as response:
        events = listen(response)
        await take(events, "hello")
        await unlock(http, "nurse")
        await http.get("/api/session")
        people.pass_time(GRACE)
        await people.known.refresh()
        async for _ in events:
            pass  # until it ends
    async with http.stream("GET", "/api/events") as response:
        await take(listen(response), "hello")


async def test_cookies_change_also_while_the_database_cannot_be_written(
    http: httpx2.AsyncClient, people: Peopled, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(http, "nurse")
    old = http.cookies["monitord"]

    def broken(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as failing:
        for name in ("sign_in", "end", "read"):
            failing.setattr(people.known._rows, name, broken)
        assert (await unlock(http, "nurse")).status_code == 204
        assert (await http.get("/api/session")).json()["name"] == "nurse"
        people.pass_time(GRACE)
        await people.known.refresh()
        async with with_cookie(http, old) as thief:
            assert (await thief.get("/api/beds")).status_code == 401
    await people.known.refresh()
    assert len(people.known._rows.read().logins) == 1
    assert (await http.get("/api/session")).json()["name"] == "nurse"


def test_of_several_cookies_that_a_screen_was_given_only_the_one_that_it_uses_stays() -> None:
    renewals = CookieRenewals()
    renewals.begin("old", "lost")
    renewals.begin("old", "got")
    assert [renewals.is_last(key) for key in ("old", "lost", "got")] == [False, True, True]
    renewals.used("got", NOW)
    assert [renewals.ending(key) for key in ("old", "lost", "got")] == [True, True, False]
    later = type(NOW)(NOW + GRACE)
    assert sorted(renewals.over(later)) == ["lost", "old"]
    assert renewals.over(later) == []
    assert not renewals.ending("old")


async def test_a_flood_of_names_pushes_out_no_persons_count(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    login = people.login
    for place in range(60):
        login._wrong("nurse", None, f"192.0.2.{place}", "wrong password")
    assert login._anywhere.wait("nurse", login._now()) > 0
    for n in range(3 * TABLE):
        login._wrong(f"name {n}", None, f"198.51.{n // 250}.{n % 250}", "wrong password")
    assert login._anywhere.wait("nurse", login._now()) > 0
    assert len(login._anywhere) <= TABLE


async def test_wrong_pins_are_counted_whatever_else_is_tried_and_whoever_signs_in_between(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    people.access.rate.per_s = 1e6
    await sign_in(http, "clinician")
    await sign_in(http, "nurse")
    for _ in range(4):
        assert (await unlock(http, "nurse", "9999")).status_code == 409
    assert (await unlock(http, "nurse")).status_code == 429
    # Other names, another person at the screen, a new cookie: the count goes with the screen.
    for n in range(50):
        await unlock(http, f"name {n}", "9999")
    people.login._pins.move("nowhere", "nowhere else")
    for n in range(2 * TABLE):
        people.login._pins.wrong((f"screen {n}", "somebody"), people.login._now())
    assert (await unlock(http, "clinician")).status_code == 204
    assert (await sign_in(http, "clinician")).status_code == 204
    assert (await unlock(http, "nurse")).status_code == 429
    for _ in range(PINS - 4):
        people.pass_time(5 * MINUTE)
        assert (await unlock(http, "nurse", "9999")).status_code == 409
    assert (await http.get("/api/session")).json()["names"] == ["clinician"]


async def test_too_many_wrong_pins_ask_for_the_password_after_a_restart_too(
    people: Peopled,
) -> None:
    async with page_of(people) as http:
        await sign_in(http, "nurse")
        for _ in range(PINS):
            people.pass_time(5 * MINUTE)
            assert (await unlock(http, "nurse", "9999")).status_code == 409
        await people.known.refresh()
        cookie = http.cookies["monitord"]
    folder = people.journal.database.path
    assert folder is not None
    people.journal.close()
    again = peopled(folder.parent, people.host, accounts=False)
    async with page_of(again) as http:
        http.cookies.set("monitord", cookie)
        view = (await http.get("/api/session")).json()
        assert (view["signed_in"], view["names"]) == (True, [])
        assert (await unlock(http, "nurse")).status_code == 409
    again.journal.close()


async def test_who_guesses_from_elsewhere_keeps_nobody_from_a_screen_of_the_suite(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    await http.post("/api/session/lock", json={})
    login = people.login
    for n in range(200):
        login._wrong("nurse", None, f"192.0.2.{n}", "wrong password")
        login._wrong("nurse", None, "127.0.0.1", "wrong password")
    async with httpx2.AsyncClient(base_url=http.base_url) as stranger:
        assert (await sign_in(stranger, "nurse")).status_code == 429
    assert (await sign_in(http, "nurse")).status_code == 204
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200


async def test_a_locked_out_screen_keeps_help_and_pause_audio_and_anybody_else_may_acknowledge(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "clinician")
    await sign_in(http, "nurse")
    await http.post("/api/session/lock", json={})
    for _ in range(4):
        await unlock(http, "nurse", "9999")
    for _ in range(8):
        await sign_in(http, "nurse", "a wrong password")
    assert (await unlock(http, "nurse")).status_code == 429
    assert (await sign_in(http, "nurse")).status_code == 429
    for kind in ("call_help", "pause_audio"):
        answer = await http.post("/api/beds/1/actions", json={"type": kind})
        assert answer.status_code == 200
    assert (await http.get("/api/alarms")).status_code == 200
    # Another person of the screen is asked for their own PIN, and this one waits a minute at most.
    assert (await unlock(http, "clinician")).status_code == 204
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    people.pass_time(60 * SECOND)
    assert (await sign_in(http, "nurse", PASSWORD)).status_code == 204
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    kinds = [type(action) for _, action in people.host.acted]
    assert kinds == [CallHelp, PauseAudio, Acknowledge, Acknowledge]


async def test_who_is_at_a_screen_stays_while_somebody_guesses_there(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "clinician")
    await sign_in(http, "nurse")
    for _ in range(8):
        await unlock(http, "clinician", "9999")
        await sign_in(http, "clinician", "a wrong password")
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    ((_, action),) = people.host.acted
    assert action.by == "nurse"
