"""A locked screen of a named station: Help, the audio pause and an acknowledgement, under nobody's name, and nothing else."""

import httpx2
import pytest

from monitord.model import MINUTE, SECOND, Acknowledge, CallHelp, PauseAudio
from monitord.station.access.rate_limit import NAMELESS_BURST
from monitord.station.access.roles import NAME_SCREEN, STAFF_ACTIONS, Role, permits
from monitord.station.access.screen_names import ScreenNames
from monitord.station.access.sign_in_and_pin import PINS
from monitord.station.input_types import UNIDENTIFIED, nobody_at
from tests.station.peopled import PIN, Peopled, refused, sign_in

ALARM = "s-infusion/spo2_low/1"
ACKNOWLEDGE = f"/api/alarms/{ALARM}/acknowledge"
ACT = "/api/beds/1/actions"
LOCKED = 401, "this screen is locked: say who you are"
NOBODY = "somebody at the screen desk, nobody signed in"


async def say_name(http: httpx2.AsyncClient, name: str = "desk") -> int:
    body = {"visible": True, "sound": "plays"}
    return (await http.post(f"/api/stations/{name}", json=body)).status_code


async def lock(http: httpx2.AsyncClient, who: str = "nurse") -> None:
    """Somebody signed in at the desk, and left."""
    await sign_in(http, who)
    assert await say_name(http) == (204 if permits(Role(who), NAME_SCREEN) else 403)
    await http.post("/api/session/lock", json={})


async def lock_out(http: httpx2.AsyncClient, people: Peopled) -> None:
    wrong = {"name": "nurse", "pin": "9999"}
    for _ in range(PINS):
        people.pass_time(5 * MINUTE)
        await http.post("/api/session/unlock", json=wrong)
    right = await http.post("/api/session/unlock", json={"name": "nurse", "pin": PIN})
    assert right.status_code == 409


@pytest.mark.parametrize("locked_out", [False, True])
async def test_a_locked_screen_calls_help_pauses_audio_and_acknowledges_as_nobody(
    http: httpx2.AsyncClient, people: Peopled, *, locked_out: bool
) -> None:
    await lock(http)
    if locked_out:
        await lock_out(http, people)
    view = (await http.get("/api/session")).json()
    assert view["may"] == ["acknowledge", "call_help", "pause_audio"]
    for kind in ("call_help", "pause_audio"):
        assert (await http.post(ACT, json={"type": kind, "by": "the boss"})).status_code == 200
    assert (await http.post(ACKNOWLEDGE, json={"by": UNIDENTIFIED})).status_code == 200
    body = {"type": "acknowledge", "alarm": ALARM, "by": ""}
    assert (await http.post(ACT, json=body)).status_code == 200
    assert [(type(action), action.by) for _, action in people.host.acted] == [
        (CallHelp, NOBODY),
        (PauseAudio, NOBODY),
        (Acknowledge, NOBODY),
        (Acknowledge, NOBODY),
    ]


async def test_a_locked_screen_with_a_name_may_nothing_else(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await lock(http)
    for kind in STAFF_ACTIONS - {"call_help", "pause_audio", "acknowledge"}:
        assert await refused(http, ACT, {"type": kind, "by": UNIDENTIFIED}) == LOCKED, kind
    for path in ("/api/suite/close", "/api/suite/check", "/api/stations/desk/dismiss"):
        assert await refused(http, path, {"by": UNIDENTIFIED}) == LOCKED, path
    assert (await http.get("/api/beds/1/confidential")).status_code == 401
    assert people.host.acted == []


async def test_what_was_signed_by_somebody_who_is_gone_is_not_done_as_nobodys(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await lock(http)
    for by in ("nurse", "the boss", ["unidentified"], {"a": 1}, 7):
        assert await refused(http, ACKNOWLEDGE, {"by": by}) == LOCKED
    assert people.host.acted == []


@pytest.mark.parametrize("role", list(Role))
async def test_a_locked_screen_acknowledges_only_where_somebody_signed_in_who_may(
    http: httpx2.AsyncClient, role: Role
) -> None:
    await lock(http, role)
    answer = await http.post(ACKNOWLEDGE, json={"by": UNIDENTIFIED})
    assert (answer.status_code == 200) is permits(role, "acknowledge")


async def test_a_screen_without_a_name_asks_who_acknowledges(http: httpx2.AsyncClient) -> None:
    await sign_in(http, "nurse")
    await http.post("/api/session/lock", json={})
    assert await refused(http, ACKNOWLEDGE, {"by": UNIDENTIFIED}) == LOCKED
    # A program is no screen: what it is told of a station gives it nothing.
    bearer = {"authorization": "Bearer token viewer"}
    async with httpx2.AsyncClient(base_url=http.base_url, headers=bearer) as program:
        assert await say_name(program) == 403
        assert (await refused(program, ACKNOWLEDGE, {"by": UNIDENTIFIED}))[0] == 403


@pytest.mark.parametrize("role", list(Role))
async def test_a_program_makes_a_station_that_is_missed_only_where_its_role_may_name_one(
    http: httpx2.AsyncClient, people: Peopled, role: Role
) -> None:
    await lock(http)
    (before,) = (await http.get("/api/stations")).json()
    bearer = {"authorization": f"Bearer token {role}"}
    deaf = {"visible": False, "sound": "stuck"}
    async with httpx2.AsyncClient(base_url=http.base_url, headers=bearer) as program:
        said = [
            (await program.post(f"/api/stations/{name}", json=deaf)).status_code
            for name in ("desk", *map(str, range(5)))
        ]
    now = (await http.get("/api/stations")).json()
    if role is Role.VIEWER:
        assert said == [403] * 6
        # Nor does it say anything of a station of somebody else, or make one look alive that is gone.
        (station,) = now
        assert (station["name"], station["visible"], station["sound"]) == ("desk", True, "plays")
        assert station["silent_s"] >= before["silent_s"]
        assert await say_name(http) == 204
        assert not [fault for fault in people.host.reported if fault.present]
    else:
        assert said == [204] * 6
        assert len(now) == 6


async def test_a_screen_on_which_viewers_alone_signed_in_is_no_station_until_a_nurse_was_there(
    http: httpx2.AsyncClient,
) -> None:
    await sign_in(http, "viewer")
    assert await say_name(http) == 403
    assert (await http.get("/api/stations")).json() == []
    assert NAME_SCREEN not in (await http.get("/api/session")).json()["routes"]
    await lock(http)
    assert NAME_SCREEN in (await http.get("/api/session")).json()["routes"]
    assert await say_name(http) == 204


async def test_a_locked_screen_says_its_name_again_to_a_daemon_that_was_started_since(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await lock(http)
    people.known.screen_names.forget_all_but(())
    assert await say_name(http) == 204
    # The name that counts is the one that the page had.
    assert await say_name(http, "reception") == 409


async def test_nobody_gives_a_locked_screen_another_name(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await lock(http)
    assert await say_name(http, "reception") == 409
    assert [each["name"] for each in (await http.get("/api/stations")).json()] == ["desk"]
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    assert people.host.acted[-1][1].by == NOBODY
    await sign_in(http, "nurse")
    assert await say_name(http, "reception") == 204
    await http.post("/api/session/lock", json={})
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    assert people.host.acted[-1][1].by == nobody_at("reception")


async def test_the_name_goes_with_the_screen_to_its_next_cookie_and_ends_with_it(
    http: httpx2.AsyncClient,
) -> None:
    await lock(http)
    old = http.cookies["monitord"]
    await http.post("/api/session/unlock", json={"name": "nurse", "pin": PIN})
    await http.post("/api/session/lock", json={})
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    # Who has the cookie of before has no more than a look, for as long as it lasts.
    headers = {"origin": str(http.base_url).rstrip("/")}
    async with httpx2.AsyncClient(
        base_url=http.base_url, headers=headers, cookies={"monitord": old}
    ) as thief:
        await say_name(thief)
        assert (await refused(thief, ACKNOWLEDGE, {}))[0] == 401
    await http.post("/api/session/logout", json={})
    assert (await refused(http, ACKNOWLEDGE, {}))[0] == 401


async def test_a_page_asks_what_became_of_what_nobody_signed(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await lock(http)
    chosen = "0123456789abcdef"
    await http.post(ACT, json={"type": "call_help", "id": chosen})
    await http.post(ACT, json={"type": "call_help", "id": chosen})
    assert len(people.host.answers) == 1
    asked = f"/api/actions/{chosen}"
    for by in ({}, {"by": UNIDENTIFIED}, {"by": NOBODY}):
        assert (await http.get(asked, params=by)).json()["state"] == "done"
    # Somebody says meanwhile who they are: the page still knows that nobody was signed in.
    await sign_in(http, "nurse")
    assert (await http.get(asked, params={"by": UNIDENTIFIED})).json()["state"] == "done"
    assert (await http.get(asked)).json()["state"] == "unknown"


async def test_a_flood_from_a_locked_screen_takes_neither_help_nor_answers_away(
    http: httpx2.AsyncClient, people: Peopled
) -> None:
    await lock(http)
    pause = {"type": "pause_audio"}
    statuses = [(await http.post(ACT, json=pause)).status_code for _ in range(40)]
    assert statuses == [200] * int(NAMELESS_BURST) + [429] * (40 - int(NAMELESS_BURST))
    waiting = await http.post(ACT, json=pause)
    assert waiting.headers["retry-after"] == "2"
    assert (await http.post(ACT, json={"type": "call_help"})).status_code == 200
    assert (await http.post(ACKNOWLEDGE, json={})).status_code == 200
    people.pass_time(2 * SECOND)
    assert (await http.post(ACT, json=pause)).status_code == 200
    # Who is signed in never waits.
    await sign_in(http, "nurse")
    statuses = [(await http.post(ACT, json=pause)).status_code for _ in range(40)]
    assert set(statuses) == {200}


@pytest.mark.parametrize(
    "name", [UNIDENTIFIED, "Somebody at the screen desk", "Anna, nobody signed in", NOBODY]
)
async def test_nobody_is_called_as_nobody_is(http: httpx2.AsyncClient, name: str) -> None:
    await sign_in(http, "engineer")
    for path, body in (
        ("/api/people", {"name": name, "role": "nurse"}),
        (f"/api/people/{name}/token", {"role": "viewer"}),
    ):
        assert (await http.post(path, json=body)).status_code in {409, 422}


def test_names_of_screens_are_kept_for_screens_that_there_are() -> None:
    names = ScreenNames()
    assert names.said("a", "desk", signed_in=True)
    assert not names.said("a", "door", signed_in=False)
    assert names.said("b", "door", signed_in=False)
    names.dismiss("desk")
    assert (names.of("a"), names.of("b")) == (None, "door")
    names.forget_all_but({"a"})
    assert names.of("b") is None
