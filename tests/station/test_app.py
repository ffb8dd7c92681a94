"""The station over HTTP: a real server, a host of real engine values."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from monitord.errors import StationError
from monitord.model import (
    Acknowledge,
    Admit,
    Arm,
    CallHelp,
    Instant,
    Observe,
    Signal,
    StartInfusion,
    from_iso,
)
from monitord.station.access.authorization import Access, Gate
from monitord.station.access.request_filter import MAX_BODY
from monitord.station.app import create_app
from monitord.station.hub import QUEUE, SHARE
from monitord.station.serve import serve
from tests.builders_station import NOW, PaperHost, line, session, state, track, vitals
from tests.peers import GENEROUS_S
from tests.station.served import Served, listen, served, take, until


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(
        **{
            "1": state("1", visit=session(), readings=vitals(86), tracks=(track(line("1")),)),
            "2": state("2", readings=vitals()),
        }
    )


@pytest.fixture
async def station(host: PaperHost) -> AsyncIterator[Served]:
    async with served(host) as running:
        yield running


@pytest.fixture
async def http(station: Served) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=station.url) as client:
        yield client


@asynccontextmanager
async def stream(client: httpx2.AsyncClient, **headers: str) -> AsyncIterator[Any]:
    async with client.stream("GET", "/api/events", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        # No proxy shall hold an alarm back until its buffer is full.
        assert response.headers["x-accel-buffering"] == "no"
        yield listen(response)


async def test_every_bed_is_listed_in_the_suites_order(http: httpx2.AsyncClient) -> None:
    answer = (await http.get("/api/beds")).json()
    assert answer["suite"] == "North"
    assert [(bed["bed"], bed["label"]) for bed in answer["beds"]] == [
        ("1", "Chair 1"),
        ("2", "Chair 2"),
    ]
    assert answer["beds"][0]["alarms"][0]["value"] == 86.0


async def test_alarms_lists_active_ones_and_the_last_lines(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    host.tell(line("1"))
    answer = (await http.get("/api/alarms")).json()
    assert [alarm["id"] for alarm in answer["active"]] == ["s-infusion/spo2_low/1"]
    assert [told["event"] for told in answer["recent"]] == ["start"]
    assert answer["recent"][0]["schema"] == 1


async def test_lines_told_before_the_station_started_are_in_recent(host: PaperHost) -> None:
    host.tell(line("1"))
    async with served(host) as station, httpx2.AsyncClient(base_url=station.url) as http:
        recent = (await http.get("/api/alarms")).json()["recent"]
    assert len(recent) == 1


async def test_an_action_becomes_the_staff_action_with_its_own_id(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    answer = await http.post(
        "/api/beds/1/actions", json={"type": "start_infusion", "by": " AB ", "override": "x"}
    )
    assert answer.status_code == 200
    ((bed, action),) = host.acted
    assert bed == "1"
    assert action == StartInfusion(id=answer.json()["action"], by="AB", override="x")


async def test_admission_makes_a_session_and_carries_arms(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    body = {
        "type": "admit",
        "by": "AB",
        "protocol": "ketamine",
        "pseudonym": "K-018",
        "cuff_arm": "left",
        "probe_arm": "right",
    }
    assert (await http.post("/api/beds/2/actions", json=body)).status_code == 200
    action = host.acted[0][1]
    assert isinstance(action, Admit)
    assert (action.cuff_arm, action.probe_arm) == (Arm.LEFT, Arm.RIGHT)
    assert action.session


async def test_what_happened_earlier_keeps_its_time(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    body = {
        "type": "observe",
        "by": "AB",
        "values": {"moaas": 4},
        "happened_at": "2026-01-05T10:55:00+01:00",
    }
    assert (await http.post("/api/beds/1/actions", json=body)).status_code == 200
    action = host.acted[0][1]
    assert isinstance(action, Observe)
    assert action.happened_at == from_iso("2026-01-05T09:55:00Z")
    assert action.values == {Signal.MOAAS: 4.0}


async def test_help_needs_no_name_and_is_recorded_as_unidentified(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    assert (await http.post("/api/beds/1/actions", json={"type": "call_help"})).status_code == 200
    action = host.acted[0][1]
    assert isinstance(action, CallHelp)
    assert action.by == "unidentified"


async def test_a_refused_action_is_409_with_the_engines_reason(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    host.refuse = "stop_infusion does not fit: the session is then in recovery"
    body = {"type": "stop_infusion", "by": "AB"}
    answer = await http.post("/api/beds/1/actions", json=body)
    assert answer.status_code == 409
    assert answer.json() == {"error": host.refuse, "why": None}


async def test_an_alarm_is_acknowledged_by_its_id_slashes_and_all(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    answer = await http.post(
        "/api/alarms/s-infusion/spo2_low/1/acknowledge", json={"by": "AB", "reason": "seen"}
    )
    assert answer.status_code == 200
    ((bed, action),) = host.acted
    assert bed == "1"
    assert isinstance(action, Acknowledge)
    assert (action.alarm, action.by, action.reason) == ("s-infusion/spo2_low/1", "AB", "seen")
    tile = (await http.get("/api/beds")).json()["beds"][0]
    assert tile["alarms"][0]["phase"] == "acknowledged"


async def test_an_alarm_of_the_suite_is_answered_at_the_suite(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    host.of_suite = state(None, tracks=(track(line(None, "journal")),))
    answer = await http.post("/api/alarms/s-infusion/journal/1/acknowledge", json={"by": "AB"})
    assert answer.status_code == 200
    assert host.acted[0][0] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/beds/9/actions", {"type": "call_help"}),
        ("/api/alarms/nothing/like/it/acknowledge", {"by": "AB"}),
    ],
)
async def test_what_is_not_there_is_404(
    http: httpx2.AsyncClient, path: str, body: dict[str, str]
) -> None:
    answer = await http.post(path, json=body)
    assert answer.status_code == 404
    assert answer.json()["error"].startswith(("That alarm is over", "No chair"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"type": "fly", "by": "AB"}',
        b'{"type": "observe", "by": "AB", "values": {"moaas": NaN}}',
        b'{"type": "observe", "by": "AB", "values": {"moaas": 1e999}}',
        b'{"type": "observe", "by": "AB", "values": {"moaas": 9}}',
        b'{"type": "observe", "by": "AB", "values": {}}',
        b'{"type": "stop_infusion"}',
        b'{"type": "stop_infusion", "by": "  "}',
        b'{"type": "stop_infusion", "by": "A\\u0000B"}',
        b'{"type": "stop_infusion", "by": "\\ud800"}',
        b'{"type": "stop_infusion", "by": "AB", "dose": 40}',
        b'{"type": "stop_infusion", "by": "AB", "happened_at": "2026-01-05T10:00:00"}',
        b"[" * 8000,
        b'{"by": ' + b"9" * 5000 + b"}",
    ],
)
async def test_any_body_gets_a_clear_4xx_and_changes_nothing(
    http: httpx2.AsyncClient, host: PaperHost, body: bytes
) -> None:
    answer = await http.post(
        "/api/beds/1/actions", content=body, headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]
    assert host.acted == []


async def test_a_fault_names_the_field(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/beds/1/actions", json={"type": "stop_infusion"})
    assert answer.status_code == 422
    assert answer.json()["faults"] == [{"where": "body.stop_infusion.by", "what": "is missing"}]
    assert answer.json()["error"] == "body.stop_infusion.by is missing"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("by", 5, "must be text"),
        ("by", "x" * 60, "must have at most 40 characters"),
        ("priority", "high", "is not known here"),
    ],
)
async def test_a_fault_is_in_our_words_and_holds_nothing_of_what_was_sent(
    http: httpx2.AsyncClient, field: str, value: object, says: str
) -> None:
    body = {"type": "stop_infusion", "by": "nurse 1", field: value}
    answer = await http.post("/api/beds/1/actions", json=body)
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert fault["what"] == says
    assert str(value) not in fault["what"]


async def test_a_large_body_is_413(http: httpx2.AsyncClient) -> None:
    answer = await http.post(
        "/api/beds/1/actions",
        content=b" " * (MAX_BODY + 1),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


async def test_a_form_is_415(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/beds/1/actions", data={"type": "call_help"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:{port}"},
        {"host": "127.0.0.1:1"},
        {"host": "127.0.0.1"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:{port}"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
async def test_another_host_or_origin_is_refused_for_reading_too(
    http: httpx2.AsyncClient, host: PaperHost, headers: dict[str, str]
) -> None:
    filled = {k: v.format(port=http.base_url.port) for k, v in headers.items()}
    assert (await http.get("/api/beds", headers=filled)).status_code == 403
    answer = await http.post("/api/beds/1/actions", json={"type": "call_help"}, headers=filled)
    assert answer.status_code == 403
    assert host.acted == []


async def test_its_own_page_may_act_under_either_name(http: httpx2.AsyncClient) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        at = f"{name}:{http.base_url.port}"
        answer = await http.post(
            "/api/beds/1/actions",
            json={"type": "call_help"},
            headers={"host": at, "origin": f"http://{at}"},
        )
        assert answer.status_code == 200


async def test_every_answer_forbids_third_party_loads(http: httpx2.AsyncClient) -> None:
    for path in ("/", "/api/beds", "/nothing"):
        policy = (await http.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy


async def test_the_api_is_documented(http: httpx2.AsyncClient) -> None:
    document = (await http.get("/api/openapi.json")).json()
    assert "/api/beds/{bed}/actions" in document["paths"]
    assert "StopInfusionBody" in document["components"]["schemas"]


async def test_a_stream_begins_with_how_things_stand(http: httpx2.AsyncClient) -> None:
    async with stream(http) as events:
        assert (await take(events, "hello")).data["beds"] == ["1", "2"]
        assert (await take(events, "heartbeat")).data["now"] == NOW // 1000
        assert (await take(events, "suite")).data == {"alarms": []}
        assert (await take(events, "tile")).data["bed"] == "1"
        assert (await take(events, "tile")).data["bed"] == "2"


async def test_the_heart_beats_every_second_with_engine_time(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    async with stream(http) as events:
        await take(events, "heartbeat")
        host.clock = Instant(NOW + 1_000_000)
        beat = await take(events, "heartbeat")
        sent = beat.data.pop("sent")
        assert beat.data == {"now": NOW // 1000 + 1000, "seq": 0, "closed": False, "tests": []}
        assert beat.id is None
        # Of a clock of its own: what comes later was sent later.
        assert (await take(events, "heartbeat")).data["sent"] > sent


async def test_an_alarm_line_comes_at_once_with_its_sequence(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    async with stream(http) as events:
        await take(events, "tile")
        host.tell(line("1"), seq=41)
        told = await take(events, "alarm")
        assert told.id == 41
        assert (told.data["event"], told.data["durable"]) == ("start", True)


async def test_nothing_is_lost_between_two_streams(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    for n, seq in ((1, 7), (2, 7), (3, 8)):
        host.tell(line("1", n=n), seq=seq)
    async with stream(http, **{"last-event-id": "7"}) as events:
        # Both of sequence 7: the stream may have broken between them.
        ids = [(await take(events, "alarm")).data["id"] for _ in range(3)]
    assert ids == [f"s-infusion/spo2_low/{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1.5"])
async def test_a_last_event_id_that_is_none_is_422(http: httpx2.AsyncClient, after: str) -> None:
    assert (await http.get("/api/events", headers={"last-event-id": after})).status_code == 422


async def test_many_changes_of_a_bed_become_at_most_four_tiles_a_second(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    async with stream(http) as events:
        await take(events, "heartbeat")
        await take(events, "tile")
        await take(events, "tile")
        for spo2 in range(60, 100):
            host.set("1", readings=vitals(spo2))
        tile = await take(events, "tile")
        assert tile.data["signals"][0]["value"] == 99


async def test_waves_come_in_blocks_of_at_most_200_ms(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    async with stream(http) as events:
        await take(events, "heartbeat")
        host.wave("1", range(75))
        blocks = (await take(events, "waves")).data["waves"]
    assert [block["bed"] for block in blocks] == ["1"] * 5
    assert [value for block in blocks for value in block["values"]] == list(range(75))
    assert max(len(block["values"]) for block in blocks) <= 75 * 0.2


async def test_a_wave_that_piles_up_loses_its_oldest_values(station: Served) -> None:
    host = station.hub.host
    assert isinstance(host, PaperHost)
    for _ in range(4):
        host.wave("1", range(75))
    assert station.hub.dropped_values == 225


async def test_a_page_that_does_not_keep_up_is_dropped_and_the_others_go_on(
    station: Served, http: httpx2.AsyncClient, host: PaperHost
) -> None:
    slow = station.hub.join()
    assert slow is not None
    async with stream(http) as events:
        await take(events, "tile")
        for n in range(QUEUE + 2):
            host.tell(line("1", n=n))
            await asyncio.sleep(0)
        seen = [(await take(events, "alarm")).data["id"] for _ in range(QUEUE + 2)]
    assert len(set(seen)) == QUEUE + 2
    assert station.hub.dropped_pages == 1
    assert [block async for block in slow.blocks()] == []


async def test_a_client_that_stops_reading_never_slows_the_host(
    station: Served, host: PaperHost
) -> None:
    port = int(station.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        await until(lambda: bool(station.hub._pages))
        for n in range(40_000):
            host.tell(line("1", n=n))
            if n % 50 == 0:
                await asyncio.sleep(0)
            if station.hub.dropped_pages:
                break
        assert station.hub.dropped_pages == 1


async def test_too_many_pages_are_refused(station: Served, http: httpx2.AsyncClient) -> None:
    while station.hub.join() is not None:
        pass
    assert (await http.get("/api/events")).status_code == 503


async def test_beyond_its_share_a_clients_newest_stream_takes_the_place_of_its_oldest(
    station: Served,
) -> None:
    greedy = [station.hub.join("token") for _ in range(SHARE)]
    desk = station.hub.join("desk")
    newest = station.hub.join("token")
    assert desk
    assert newest
    assert greedy[0]
    assert [block async for block in greedy[0].blocks()] == []
    assert list(station.hub._pages) == [*greedy[1:], desk, newest]
    while len(station.hub._pages) < 2 * SHARE:
        assert station.hub.join()
    # However many one client opens, there is room for the others.
    for _ in range(100):
        assert station.hub.join("token")
    assert len(station.hub._pages) == 2 * SHARE


@pytest.mark.parametrize(
    ("peer", "place"),
    [
        ("192.0.2.7", "198.51.100.1"),
        ("::ffff:192.0.2.7", "198.51.100.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("198.51.100.9", "198.51.100.9"),
    ],
    ids=["a proxy that is named", "its other form", "a program of this machine", "anybody else"],
)
def test_only_a_proxy_says_for_whom_it_asks(peer: str, place: str) -> None:
    gate = Gate(Starlette(), Access(proxies=("192.0.2.7",)), lambda: Instant(0))
    scope = {"headers": [(b"x-forwarded-for", b"203.0.113.5, 198.51.100.1")], "client": (peer, 1)}
    assert gate._caller(scope).place == place


@pytest.mark.parametrize("said", [b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"])
@pytest.mark.parametrize("value", [b"203.0.113.5", b"203.0.113.5,", b""])
def test_who_is_asked_for_by_a_proxy_is_not_of_this_machine(said: bytes, value: bytes) -> None:
    gate = Gate(Starlette(), Access(), lambda: Instant(0))
    scope: dict[str, Any] = {"headers": [], "client": ("127.0.0.1", 1)}
    assert gate._caller(scope).local
    scope["headers"] = [(said, value)]
    assert not gate._caller(scope).local


async def test_the_station_ends_with_streams_open(host: PaperHost) -> None:
    async with (
        asyncio.timeout(GENEROUS_S),
        served(host) as station,
        httpx2.AsyncClient(base_url=station.url) as http,
        stream(http) as events,
    ):
        await take(events, "tile")
        station.stop()
        with pytest.raises(AssertionError, match="the stream ended"):
            await take(events, "never")
    assert host.subscribers == []


async def test_a_taken_port_is_a_clear_error(station: Served, host: PaperHost) -> None:
    port = int(station.url.rpartition(":")[2])
    with pytest.raises(StationError, match=f"cannot listen on 127.0.0.1:{port}"):
        await serve(create_app(host), "127.0.0.1", port)


async def test_serving_elsewhere_is_refused(host: PaperHost) -> None:
    with pytest.raises(StationError, match="no accounts"):
        await serve(create_app(host), "0.0.0.0", 0)


async def test_a_bed_that_cannot_be_shown_takes_no_other_with_it(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    async with stream(http) as events:
        await take(events, "heartbeat")
        await take(events, "tile")
        await take(events, "tile")
        host.set("1", readings=("not a reading",))
        host.set("2", readings=vitals(91))
        assert (await take(events, "broken")).data["bed"] == "1"
        assert (await take(events, "tile")).data["bed"] == "2"
        await take(events, "heartbeat")


async def test_a_named_station_is_known_and_can_be_dismissed(
    http: httpx2.AsyncClient, host: PaperHost
) -> None:
    said = {"visible": True, "sound": "locked"}
    assert (await http.post("/api/stations/Desk%201", json=said)).status_code == 204
    (station,) = (await http.get("/api/stations")).json()
    assert (station["name"], station["sound"], station["trouble"]) == ("Desk 1", "locked", None)
    answer = await http.post("/api/stations/Desk%201/dismiss", json={"by": "AB"})
    assert answer.status_code == 204
    assert (await http.get("/api/stations")).json() == []
    assert [fault.present for fault in host.reported] == [False, False]


async def test_a_bed_explains_itself_from_its_state(http: httpx2.AsyncClient) -> None:
    given = (await http.get("/api/beds/1/insight")).json()
    alarming = [rule for rule in given["rules"] if rule["state"] == "alarm"]
    assert alarming, given
    assert any("alarm " in said for said in alarming[0]["lines"])
    assert given["gate"] == []
    assert [point["name"] for point in given["discharge"]] == ["unanswered"]
    assert (await http.get("/api/beds/9/insight")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"type": "accept_baseline", "by": "AB"},
        {"type": "accept_baseline", "by": "AB", "values": {"spo2": 96}},
        {"type": "answer_question", "by": "AB", "question": "consent", "yes": True},
        {"type": "patient_away", "by": "AB", "reason": "toilet", "minutes": 4},
        {"type": "patient_back", "by": "AB"},
    ],
)
async def test_what_staff_decide_about_the_visit_is_taken(
    http: httpx2.AsyncClient, host: PaperHost, body: dict[str, object]
) -> None:
    answer = await http.post("/api/beds/1/actions", json=body)
    assert answer.status_code == 200, answer.text
    assert host.acted[-1][1].type == body["type"]
