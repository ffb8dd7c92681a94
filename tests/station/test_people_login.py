"""Passwords, PINs, codes, cookies and tokens, over HTTP to a real server."""

import asyncio
import socket

import httpx2
import pytest

from monitord.errors import StoreError
from monitord.model import MINUTE, SECOND, Acknowledge, CallHelp
from monitord.station.access.accounts_and_logins import INVITED, SHIFT, STAY
from monitord.station.access.passwords import (
    digest,
    new_code,
    password_fault,
    pin_fault,
    plain_code,
)
from monitord.station.access.sign_in_and_pin import PINS
from monitord.station.input_types import UNIDENTIFIED
from monitord.store.accounts import Login
from monitord.store.chain_verification import verify
from tests.builders_station import line
from tests.station.peopled import PASSWORD, PIN, Peopled, page_of, peopled, refused, sign_in
from tests.station.served import listen, take, until

ALARM = "s-infusion/spo2_low/1"
ACKNOWLEDGE = f"/api/alarms/{ALARM}/acknowledge"


async def test_nobody_sees_anything_before_signing_in(http: httpx2.AsyncClient) -> None:
    for path in ("/api/beds", "/api/alarms", "/api/events", "/api/stations", "/api/people"):
        assert (await http.get(path)).status_code == 401
    assert (await http.get("/")).status_code == 200
    assert (await http.get("/api/session")).json()["signed_in"] is False


async def test_the_name_at_an_action_is_the_logins_and_not_the_bodys(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    assert (await sign_in(http, "Nurse")).status_code == 204
    answer = await http.post(ACKNOWLEDGE, json={"by": "somebody else"})
    assert answer.status_code == 200
    ((_, action),) = people.host.acted
    assert isinstance(action, Acknowledge)
    assert action.by == "nurse"


async def test_the_cookie_is_for_this_page_only(http: httpx2.AsyncClient) -> None:
    cookie = (await sign_in(http, "nurse")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    del http.headers["origin"]
    status, said = await refused(http, ACKNOWLEDGE, {"by": "nurse"})
    assert (status, said) == (403, "a request with a cookie must come from the station's own page")
    http.headers["origin"] = "http://elsewhere.example"
    assert (await refused(http, ACKNOWLEDGE, {"by": "nurse"}))[0] == 403


async def test_a_proxy_that_took_the_origin_away_passes_the_browsers_own_word(
    http: httpx2.AsyncClient,
) -> None:
    await sign_in(http, "nurse")
    del http.headers["origin"]
    headers = {"sec-fetch-site": "same-origin"}
    assert (await http.post(ACKNOWLEDGE, json={}, headers=headers)).status_code == 200
    headers = {"sec-fetch-site": "cross-site"}
    assert (await http.post(ACKNOWLEDGE, json={}, headers=headers)).status_code == 403


async def test_a_wrong_name_and_a_wrong_password_look_and_cost_the_same(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    hasher = people.login._hasher
    answers, costs = [], []
    for name in ("nurse", "nobody at all"):
        before = hasher.checked
        answers.append((await sign_in(http, name, "a wrong password")).json())
        costs.append(hasher.checked - before)
    assert answers[0] == answers[1]
    assert costs == [1, 1]


async def test_guessing_is_slowed_down_and_recorded(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    for _ in range(6):
        assert (await sign_in(http, "nurse", "a wrong password")).status_code == 409
    waiting = await sign_in(http, "nurse")
    assert waiting.status_code == 429
    assert waiting.headers["retry-after"] == "1"
    people.pass_time(SECOND)
    assert (await sign_in(http, "nurse", "a wrong password")).status_code == 409
    assert (await sign_in(http, "nurse")).headers["retry-after"] == "2"
    # Another one at the same place is not kept out.
    assert (await sign_in(http, "clinician")).status_code == 204
    people.pass_time(2 * SECOND)
    assert (await sign_in(http, "nurse")).status_code == 204
    await people.known.refresh()
    assert any("wrong password from 127.0.0.1" in note for note in people.audit())
    assert verify(people.journal.database).faults == ()


async def test_who_tries_many_names_is_slowed_down_too(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    answers = [await sign_in(http, f"name {n}", "a wrong password") for n in range(22)]
    assert [answer.status_code for answer in answers] == [409] * 21 + [429]
    people.pass_time(SECOND)
    assert (await sign_in(http, "nurse")).status_code == 204


async def test_a_program_is_not_called_like_a_person(http: httpx2.AsyncClient) -> None:
    await sign_in(http, "engineer")
    token: dict[str, object] = {"role": "viewer"}
    assert (await refused(http, "/api/people/Nurse/token", token))[0] == 409
    person: dict[str, object] = {"name": "viewer program", "role": "nurse"}
    assert (await refused(http, "/api/people", person))[0] == 409


async def test_an_idle_screen_locks_and_shows_alarms_and_takes_help(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    people.pass_time(people.known.screens.lock_after - SECOND)
    assert (await http.post("/api/session/touch", json={})).status_code == 204
    people.pass_time(people.known.screens.lock_after - SECOND)
    assert (await http.get("/api/session")).json()["locked"] is False
    people.pass_time(SECOND)
    view = (await http.get("/api/session")).json()
    assert (view["locked"], view["name"], view["names"]) == (True, None, ["nurse"])
    assert view["may"] == ["call_help", "pause_audio"]
    assert (await http.get("/api/alarms")).status_code == 200
    answer = await http.post("/api/beds/1/actions", json={"type": "call_help", "by": "me"})
    assert answer.status_code == 200
    assert [(type(a), a.by) for _, a in people.host.acted] == [(CallHelp, UNIDENTIFIED)]
    assert await refused(http, ACKNOWLEDGE, {}) == (401, "this screen is locked: say who you are")
    # Touching a locked screen does not open it.
    await http.post("/api/session/touch", json={})
    assert (await http.get("/api/session")).json()["locked"] is True


async def test_a_pin_opens_the_screen_for_a_shift(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    await sign_in(http, "clinician")
    await http.post("/api/session/lock", json={})
    assert (await http.get("/api/session")).json()["names"] == ["clinician", "nurse"]
    opened = await http.post("/api/session/unlock", json={"name": "nurse", "pin": PIN})
    assert opened.status_code == 204
    assert (await http.get("/api/session")).json()["name"] == "nurse"
    people.pass_time(SHIFT)
    again = await http.post("/api/session/unlock", json={"name": "nurse", "pin": PIN})
    assert again.status_code == 409
    assert (await sign_in(http, "nurse")).status_code == 204


async def test_a_pin_is_good_only_where_its_person_gave_the_password(
    http: httpx2.AsyncClient,
) -> None:
    await sign_in(http, "nurse")
    status, _ = await refused(http, "/api/session/unlock", {"name": "clinician", "pin": PIN})
    assert status == 409


async def test_wrong_pins_lock_out_for_a_while_and_then_ask_for_the_password(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    await http.post("/api/session/lock", json={})
    wrong, right = {"name": "nurse", "pin": "9999"}, {"name": "nurse", "pin": PIN}
    for _ in range(4):
        assert (await http.post("/api/session/unlock", json=wrong)).status_code == 409
    waiting = await http.post("/api/session/unlock", json=right)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "30")
    for _ in range(PINS - 4):
        people.pass_time(5 * MINUTE)
        assert (await http.post("/api/session/unlock", json=wrong)).status_code == 409
    assert (await http.get("/api/session")).json()["names"] == []
    assert (await http.post("/api/session/unlock", json=right)).status_code == 409
    await sign_in(http, "nurse")
    assert (await http.get("/api/session")).json()["names"] == ["nurse"]


async def test_a_login_outlives_a_restart_as_a_locked_screen(people: Peopled) -> None:
    async with page_of(people) as http:
        await sign_in(http, "nurse")
        cookie = http.cookies["monitord"]
    again = peopled_again(people)
    async with page_of(again) as http:
        http.cookies.set("monitord", cookie)
        view = (await http.get("/api/session")).json()
        assert (view["signed_in"], view["locked"]) == (True, True)
        people.host.clock = type(people.host.clock)(people.host.clock + STAY)
        assert (await http.get("/api/session")).json()["signed_in"] is False
    people.journal.close()


def peopled_again(people: Peopled) -> Peopled:
    """What another process reads from the same database."""
    folder = people.journal.database.path
    assert folder is not None
    people.journal.close()
    again = peopled(folder.parent, people.host, accounts=False)
    people.journal = again.journal
    return again


async def test_who_signs_out_or_is_disabled_loses_the_open_stream(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    async with http.stream("GET", "/api/events") as response:
        events = listen(response)
        await take(events, "hello")
        await people.login.accounts.disable("engineer", "nurse")
        async for _ in events:
            pass  # until it ends
    assert (await http.get("/api/beds")).status_code == 401


async def test_signing_out_ends_the_screen_for_everybody(http: httpx2.AsyncClient) -> None:
    await sign_in(http, "nurse")
    cookie = http.cookies["monitord"]
    assert (await http.post("/api/session/logout", json={})).status_code == 204
    http.cookies.set("monitord", cookie)
    assert (await http.get("/api/beds")).status_code == 401


async def test_an_invitation_is_used_once_within_a_day(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "engineer")
    code = (await http.post("/api/people", json={"name": "anna", "role": "nurse"})).json()["secret"]
    chosen: dict[str, object] = {"name": "anna", "password": PASSWORD, "code": code.lower()}
    async with httpx2.AsyncClient(base_url=http.base_url) as anna:
        other = chosen | {"code": new_code()}
        assert (await refused(anna, "/api/session/join", other))[0] == 409
        assert (await anna.post("/api/session/join", json=chosen)).status_code == 204
        assert (await refused(anna, "/api/session/join", chosen))[0] == 409
        reset = (await http.post("/api/people/anna/reset", json={})).json()["secret"]
        assert (await anna.get("/api/beds")).status_code == 401
        people.pass_time(INVITED)
        late = chosen | {"code": reset}
        assert (await refused(anna, "/api/session/join", late))[0] == 409


async def test_the_last_engineer_stays(http: httpx2.AsyncClient) -> None:
    await sign_in(http, "engineer")
    status, said = await refused(http, "/api/people/engineer/disable", {})
    assert status == 409
    assert "last engineer" in said


async def test_a_program_has_a_token_of_a_role_until_it_ends(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "engineer")
    answer = await http.post("/api/people/wallboard/token", json={"role": "viewer", "days": 1})
    bearer = {"authorization": f"Bearer {answer.json()['secret']}"}
    async with httpx2.AsyncClient(base_url=http.base_url, headers=bearer) as program:
        assert (await program.get("/api/beds")).status_code == 200
        assert (await program.get("/api/people")).status_code == 403
        people.pass_time(24 * 60 * MINUTE)
        assert (await program.get("/api/beds")).status_code == 401
    stored = {token.digest for token in people.known.tokens}
    assert digest(answer.json()["secret"]) in stored


async def test_signing_in_works_while_the_database_does_not(
    http: httpx2.AsyncClient, people: Peopled, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = people.known._rows

    def full(*_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(rows, "sign_in", full)
        broken.setattr(rows, "read", full)
        assert (await sign_in(http, "nurse")).status_code == 204
        await people.known.refresh()
        assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    await people.known.refresh()
    assert [login.account for login in rows.read().logins] == ["nurse"]
    assert isinstance(rows.read().logins[0], Login)


@pytest.mark.parametrize("pin", ["0000", "1234", "9876", "123", "123456789", "12a4"])
def test_a_pin_that_anybody_guesses_is_refused(pin: str) -> None:
    assert pin_fault(pin) is not None


def test_a_usual_pin_and_password_are_taken() -> None:
    assert pin_fault(PIN) is None
    assert password_fault("nurse", PASSWORD) is None
    assert password_fault("nurse", "short") is not None
    assert password_fault("nurse", "aaaaaaaaaaaaaaa") is not None


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code()
    assert plain_code(f" {code.lower().replace('-', ' ')} ") == code


async def test_a_screen_that_reads_nothing_is_given_up_with_its_login(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await sign_in(http, "nurse")
    url, cookie = http.base_url, http.cookies["monitord"]
    before = asyncio.all_tasks()
    with socket.create_connection((url.host, url.port or 80)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"GET /api/events HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n"
        deaf.sendall(f"{head}Cookie: monitord={cookie}\r\n\r\n".encode())
        await until(lambda: len(asyncio.all_tasks()) > len(before))
        for n in range(5000):
            people.host.tell(line("1", n=n))
            if n % 50 == 0:
                await asyncio.sleep(0)
        await people.login.accounts.disable("engineer", "nurse")
        # What served it is gone although nobody ever read.
        await until(lambda: not asyncio.all_tasks() - before)
