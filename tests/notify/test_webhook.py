"""The webhook against a real HTTP server: what is posted, what is an error, how answers come back."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog

from monitord.errors import NotifyError
from monitord.model import Instant
from monitord.notify.channels.heartbeat import NOTIFIER as HEARTBEAT
from monitord.notify.channels.heartbeat import HeartbeatConfig
from monitord.notify.channels.reply_token import GOOD_FOR, ReplyToken, make_token, read_token
from monitord.notify.channels.webhook import NOTIFIER, WebhookChannel, WebhookConfig
from monitord.notify.notifier import Pulse, Reply
from monitord.store.line_json import line_json
from tests.builders_notify import line, notify
from tests.peers import START, free_port, serving, until


class Receiver:
    """An HTTP/1.1 server that keeps what it was sent and answers with the next of `answers`."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], str]] = []
        self.answers: list[int] = []
        self.silent = False
        self.url = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rows = head.decode().strip().split("\r\n")
                headers = dict(row.lower().split(": ", 1) for row in rows)
                length = int(headers.get("content-length", 0))
                body = (await reader.readexactly(length)).decode()
                exact = {row.split(": ", 1)[0].lower(): row.split(": ", 1)[1] for row in rows}
                self.got.append((first, exact, body))
                if self.silent:
                    await asyncio.sleep(60)
                status = self.answers.pop(0) if self.answers else 204
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    peer = Receiver()
    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/alarms"
    yield peer
    server.close()


@pytest.fixture
async def opened() -> AsyncIterator[list[WebhookChannel]]:
    channels: list[WebhookChannel] = []
    yield channels
    for channel in channels:
        await channel.close()


def webhook(opened: list[WebhookChannel], url: str, **settings: Any) -> WebhookChannel:
    channel = NOTIFIER.open("pager", WebhookConfig(url=url, **settings))
    opened.append(channel)
    return channel


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("shared words\n")
    return file


async def test_the_line_is_posted_signed_and_with_its_key(
    receiver: Receiver, opened: list[WebhookChannel], secret: Path
) -> None:
    pager = webhook(opened, receiver.url, secret_file=str(secret))
    await pager.send(notify(), durable=True)
    (first, headers, body) = receiver.got[0]
    assert first == "POST /alarms HTTP/1.1"
    assert body == line_json(line(), durable=True)
    assert headers["idempotency-key"] == "s1/spo2_low/1/1/pager"
    expected = hmac.new(b"shared words", body.encode(), sha256).hexdigest()
    assert headers["monitord-signature"] == f"sha256={expected}"


@pytest.mark.parametrize(
    ("status", "retry"), [(500, True), (503, True), (429, True), (408, True), (301, False), (400, False), (404, False)]
)  # fmt: skip
async def test_what_is_no_2xx_is_an_error_and_says_whether_to_try_again(
    receiver: Receiver, opened: list[WebhookChannel], status: int, retry: bool
) -> None:
    receiver.answers = [status]
    with pytest.raises(NotifyError, match=f"HTTP {status}") as error:
        await webhook(opened, receiver.url).send(notify(), durable=True)
    assert error.value.retry is retry


async def test_a_server_that_is_silent_or_gone_is_an_error(
    receiver: Receiver, opened: list[WebhookChannel]
) -> None:
    receiver.silent = True
    with pytest.raises(NotifyError, match=r"no answer within 0\.05 s"):
        await webhook(opened, receiver.url, timeout="50ms").send(notify(), durable=True)
    with pytest.raises(NotifyError, match="Connect"):
        await webhook(opened, f"http://127.0.0.1:{free_port()}/").send(notify(), durable=True)


@pytest.mark.parametrize("after_head", [b"x" * 10_000_000, b"\x1f\x8b" + b"\0" * 5_000_000])
async def test_an_answer_is_read_to_its_limit_and_never_unpacked(
    opened: list[WebhookChannel], after_head: bytes
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10000000\r\n\r\n"
    async with answering(head + after_head, closes=False) as url:
        await webhook(opened, url).send(notify(), durable=True)


async def test_an_answer_that_trickles_ends_at_the_time_out(opened: list[WebhookChannel]) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    async with answering(head, *[b"x"] * 1000) as url:
        with pytest.raises(NotifyError, match=r"no answer within 0\.3 s"):
            await webhook(opened, url, timeout="300ms").send(notify(), durable=True)


@asynccontextmanager
async def answering(*parts: bytes, closes: bool = True) -> AsyncIterator[str]:
    """A server that answers every request with these parts, a few milliseconds apart."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        if not closes:
            await reader.read()

    async with serving(answer) as port:
        yield f"http://127.0.0.1:{port}/"


async def test_an_address_and_a_header_that_are_secrets_stand_in_files(
    receiver: Receiver, opened: list[WebhookChannel], tmp_path: Path
) -> None:
    (tmp_path / "url").write_text(f"{receiver.url}/key-in-it\n")
    (tmp_path / "token").write_text("Bearer a-key\n")
    config: dict[str, Any] = {
        "url_file": str(tmp_path / "url"),
        "header_files": {"Authorization": str(tmp_path / "token")},
    }
    channel = NOTIFIER.open("pager", WebhookConfig(**config))
    opened.append(channel)
    await channel.send(notify(), durable=True)
    first, headers, _ = receiver.got[0]
    assert first == "POST /alarms/key-in-it HTTP/1.1"
    assert headers["authorization"] == "Bearer a-key"
    receiver.answers = [500]
    with pytest.raises(NotifyError) as refused:
        await channel.send(notify(), durable=True)
    assert "key" not in str(refused.value)
    (tmp_path / "url").write_text("nowhere")
    with pytest.raises(NotifyError, match="is no http or https address"):
        await channel.send(notify(), durable=True)


async def test_an_address_stands_in_one_place() -> None:
    with pytest.raises(ValueError, match="one of `url` and `url_file`"):
        WebhookConfig()
    with pytest.raises(ValueError, match="one of `url` and `url_file`"):
        WebhookConfig(url="http://pager.example/", url_file="/a/file")


async def test_a_template_makes_the_body_and_keeps_it_json(
    receiver: Receiver, opened: list[WebhookChannel]
) -> None:
    template = '{"text": "$headline", "more": "$reading since $since", "link": "$link"}'
    link = "https://station.example/#bed={bed}"
    pager = webhook(opened, receiver.url, template=template, link=link)
    told = notify(text='the "probe"\nslipped', simulated=True)
    await pager.send(told, durable=False)
    body = json.loads(receiver.got[0][2])
    assert body["text"] == 'SIMULATED HIGH bed 1: the "probe" slipped (not yet recorded safely)'
    assert body["more"] == "84 %, limit 85 % since 2026-01-05T10:00:05.000000Z"
    assert body["link"] == "https://station.example/#bed=1"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"template": "$patient"}, "no such place: patient"),
        ({"template": "100 $"}, "write `\\$\\$`"),
        ({"link": "https://x/{name}"}, "places that can be filled"),
        ({"answers": ("accept",)}, "go together"),
        ({"answers": ("accept",), "reply": {"url": "http://x", "port": 1}}, "links are signed"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        WebhookConfig.model_validate({"url": "http://x"} | settings)


def test_addresses_hold_no_password() -> None:
    with pytest.raises(ValueError, match="no password"):
        WebhookConfig(url="http://user:words@host/")


async def test_an_answer_by_the_signed_link_counts_and_a_forged_one_does_not(
    receiver: Receiver, opened: list[WebhookChannel], secret: Path
) -> None:
    port = free_port()
    pager = webhook(
        opened,
        receiver.url,
        secret_file=str(secret),
        answers=("accept", "reject"),
        reply={"url": f"http://127.0.0.1:{port}", "port": port},
    )
    await pager.send(notify(), durable=True)
    url = json.loads(receiver.got[0][2])["reply_url"]
    given: list[Reply] = []

    async def take(reply: Reply) -> str | None:
        given.append(reply)
        return None if len(given) == 1 else "this alarm is over, or there was none"

    listening = asyncio.create_task(pager.listen("ward", take))
    body = {"answer": "accept", "by": "nurse 7"}
    try:
        async with httpx2.AsyncClient() as nurse:
            await until(lambda: _listens(port))
            assert (await nurse.get(url)).status_code == 405
            assert (await nurse.post(url, json=body)).json() == {"done": True}
            again = await nurse.post(url, json=body)
            assert (again.status_code, again.json()["done"]) == (409, False)
            with structlog.testing.capture_logs() as logs:
                for end in "xyz":
                    assert (await nurse.post(url[:-1] + end, json=body)).status_code == 403
            (said,) = logs
            assert (said["event"], said["peer"]) == ("answers_of_a_stranger", "127.0.0.1")
            assert (await nurse.post(url, json=body | {"answer": "clear"})).status_code == 422
            for hostile, status in (
                (b"", 422),
                (b"\xff\xfe", 422),
                (b"[" * 10_000, 422),
                (b'{"answer": "accept", "by": "' + b"x" * 1_000_000 + b'"}', 413),
            ):
                refused = await nurse.post(url, content=hostile)
                assert (refused.status_code, refused.json()["done"]) == (status, False)
                assert len(refused.content) < 200
                # Of who has no link, nothing is read.
                assert (await nurse.post(url + "x", content=hostile)).status_code == 403
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert given[0].alarm == "s1/spo2_low/1"
    assert (given[0].word, given[0].by) == ("accept", "nurse 7")
    assert given[0].key == given[1].key
    assert given[0].until == notify().line.at + GOOD_FOR
    assert len(given) == 2


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_a_reply_port_that_is_taken_is_an_error(
    receiver: Receiver, opened: list[WebhookChannel], secret: Path
) -> None:
    taken = int(receiver.url.split(":")[2].split("/", maxsplit=1)[0])
    reply = {"url": "http://127.0.0.1", "port": taken}
    pager = webhook(opened, receiver.url, secret_file=str(secret), answers=("accept",), reply=reply)

    async def take(reply: Reply) -> str | None:
        return None

    with pytest.raises(NotifyError, match="cannot listen"):
        await pager.listen("ward", take)


def test_a_token_is_good_for_its_alarm_alone() -> None:
    token = ReplyToken(alarm="s1/spo2_low/1", key="k", until=Instant(7))
    text = make_token("words", token)
    assert read_token("words", text) == token
    assert read_token("other", text) is None
    other = make_token("words", ReplyToken(alarm="s2/spo2_low/1", key="k"))
    mixed = other.split(".")[0] + "." + text.split(".")[1]
    assert read_token("words", mixed) is None
    assert read_token("words", "") is None


# The heartbeat.


async def test_a_sign_of_life_reaches_the_outside_monitor(
    receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "url"
    file.write_text(receiver.url + "/very-secret\n")
    watch = HEARTBEAT.open("watch", HeartbeatConfig(url_file=str(file), method="POST"))
    await watch.pulse(Pulse(suite="ward", at=START, every_s=30, head="7:ab"))
    first, headers, body = receiver.got[0]
    assert first == "POST /alarms/very-secret HTTP/1.1"
    assert json.loads(body)["suite"] == "ward"
    # A request by GET has no body.
    assert (json.loads(body)["audit_head"], headers["audit-head"]) == ("7:ab", "7:ab")
    receiver.answers = [500]
    with pytest.raises(NotifyError) as error:
        await watch.pulse(Pulse(suite="ward", at=START, every_s=30))
    assert "very-secret" not in str(error.value)
    with pytest.raises(NotifyError, match="carries no alarms") as refused:
        await watch.send(notify(), durable=True)
    assert refused.value.retry is False
    await watch.close()


@pytest.mark.parametrize("secret", ["pä", "\u202e", "a\nX-Forged: b", "a\x00b"], ids=ascii)
async def test_a_secret_of_any_letters_is_sent_or_refused_and_never_told(
    receiver: Receiver, opened: list[WebhookChannel], tmp_path: Path, secret: str
) -> None:
    file = tmp_path / "secret"
    file.write_text(secret)
    config = WebhookConfig(url=receiver.url, header_files={"X-Key": str(file)})
    channel = NOTIFIER.open("w", config)
    opened.append(channel)
    sending = channel.send(replace(notify(), key="ward ä/1\r\nX-Forged: b"), durable=True)
    (error,) = await asyncio.gather(sending, return_exceptions=True)
    if error is not None:
        assert isinstance(error, NotifyError)
        assert secret not in repr(error)
        assert receiver.got == []
    else:
        (_, headers, _), *_ = receiver.got
        assert "x-forged" not in headers
        assert headers["idempotency-key"] == "ward %C3%A4/1%0D%0AX-Forged: b"


async def test_the_name_of_a_header_that_cannot_be_sent_is_a_refusal_not_a_crash(
    receiver: Receiver, opened: list[WebhookChannel]
) -> None:
    channel = NOTIFIER.open("w", WebhookConfig(url=receiver.url, headers={"Schlüssel": "geheim"}))
    opened.append(channel)
    with pytest.raises(NotifyError) as refused:
        await channel.send(notify(), durable=True)
    assert "geheim" not in repr(refused.value)
