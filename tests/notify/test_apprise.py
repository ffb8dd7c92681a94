"""Apprise against a real SMTP server: mail arrives, its URL stays secret, one that hangs holds up nobody."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import apprise
import pytest
import requests
from aiosmtpd.controller import Controller

from monitord.errors import NotifyError
from monitord.model import AlarmEvent
from monitord.model.outside_text import one_line
from monitord.notify.channels.apprise import NOTIFIER, AppriseChannel, AppriseConfig
from monitord.notify.channels.apprise_priority import SCALES
from monitord.notify.notifier import Bundle
from tests.builders_notify import LOW, MEDIUM, notify
from tests.notify.alarm_steps import every_step
from tests.peers import free_port, until
from tests.release.guides import ROOT

# Apprise 2.2 imports it on Python 3.11 and 3.12.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

SECRET = "hunter2words"


class Mailbox:
    """What the server took; while `open` is clear it answers nothing."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.loop: Any = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        await self.open.wait()
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    server = Controller(
        box, hostname="127.0.0.1", port=free_port(), auth_required=False, auth_require_tls=False
    )
    server.start()
    box.loop = server.loop
    url = f"mailto://127.0.0.1:{server.port}?from=monitord@ward.example&to=desk@ward.example"
    try:
        yield box, url
    finally:
        server.loop.call_soon_threadsafe(box.open.set)
        server.stop()


def mail(tmp_path: Path, url: str, **settings: Any) -> AppriseChannel:
    file = tmp_path / "urls"
    file.write_text(url + "\n")
    return NOTIFIER.open("mail", AppriseConfig(url_file=str(file), **settings))


async def test_a_mail_says_what_is_known_and_no_name(
    mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    box, url = mailbox
    channel = mail(tmp_path, url, link="https://station.example/#bed={bed}")
    other = notify("sys_high", priority=MEDIUM, text="SBP 182 > 180")
    await channel.send_bundle(Bundle(messages=(notify(simulated=True), other), starts=3))
    (got,) = box.mails
    assert got["subject"] == "SIMULATED HIGH bed 1: SpO2 84 < 85 for 5 s (and 1 more)"
    body = got.get_body(preferencelist=("plain",)).get_content()  # type: ignore[attr-defined]
    for part in (
        "84 %, limit 85 %",
        "since 10:00:05 UTC",
        "start, infusion",
        "started 3 times lately",
        "https://station.example/#bed=1",
        "ref s1/spo2_low/1/1/pager",
        "MEDIUM bed 1: SBP 182 > 180",
    ):
        assert part in body


async def test_a_server_that_is_gone_is_an_error_and_the_url_is_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"mailto://user:{SECRET}@127.0.0.1:{free_port()}?to=desk@ward.example"
    with caplog.at_level(logging.DEBUG), pytest.raises(NotifyError) as error:
        await mail(tmp_path, url).send(notify(), durable=True)
    assert SECRET not in str(error.value) + caplog.text


@pytest.mark.parametrize("url", ["nonsense://x", "just words"])
async def test_a_url_that_apprise_does_not_know_is_an_error_without_it(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(NotifyError, match="URL 1 is none that Apprise knows"):
        await mail(tmp_path, url).send(notify(), durable=True)


async def test_a_server_that_hangs_holds_up_neither_the_loop_nor_the_next_attempt(
    mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    box, url = mailbox
    channel = mail(tmp_path, url)
    box.open.clear()
    sending = asyncio.create_task(channel.send(notify(), durable=True))
    await until(lambda: box.asked)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    # The server still hangs: who waited for it would wait for ever.
    with pytest.raises(NotifyError, match="the message before has not ended"):
        await channel.send(notify(), durable=True)
    assert box.mails == []


async def test_a_secret_that_is_missing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = NOTIFIER.open("mail", AppriseConfig(url_file=str(tmp_path / "none")))
    with pytest.raises(NotifyError, match="cannot read the secret"):
        await channel.send(notify(), durable=True)
    monkeypatch.delenv("MAIL_URL", raising=False)
    channel = NOTIFIER.open("mail", AppriseConfig(url_env="MAIL_URL"))
    with pytest.raises(NotifyError, match="MAIL_URL"):
        await channel.send(notify(), durable=True)


def test_the_urls_stand_in_one_place() -> None:
    with pytest.raises(ValueError, match="one of"):
        AppriseConfig()


async def test_a_url_that_fails_keeps_no_message_from_the_others_and_has_them_told_once(
    mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    box, url = mailbox
    port = free_port()
    gone = f"mailto://127.0.0.1:{port}?from=monitord@ward.example&to=pager@ward.example"
    channel = mail(tmp_path, f"{gone}\nnonsense://x\n{url}")
    for _ in range(3):
        with pytest.raises(NotifyError, match="could not deliver by URL 1; URL 2 is none"):
            await channel.send(notify(), durable=True)
    assert len(box.mails) == 1
    # Another message goes along with the one that waits: it alone is new to who has that.
    with pytest.raises(NotifyError):
        await channel.send_bundle(Bundle(messages=(notify(), notify("sys_high", priority=MEDIUM))))
    assert [each["subject"][:12] for each in box.mails] == ["HIGH bed 1: ", "MEDIUM bed 1"]
    (tmp_path / "urls").write_text(f"{url}\n")
    await channel.send_bundle(Bundle(messages=(notify(), notify("sys_high", priority=MEDIUM))))
    assert len(box.mails) == 2


async def test_a_message_that_got_there_after_its_time_is_not_told_again(
    mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    box, url = mailbox
    channel = mail(tmp_path, url)
    box.open.clear()
    sending = asyncio.create_task(channel.send(notify(), durable=True))
    await until(lambda: box.asked)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    box.loop.call_soon_threadsafe(box.open.set)
    await until(lambda: box.mails)

    async def taken() -> bool:
        try:
            await channel.send(notify(), durable=True)
        except NotifyError:
            return False
        return True

    while not await taken():  # noqa: ASYNC110 - the end of a thread is no event of ours
        await asyncio.sleep(0.01)
    assert len(box.mails) == 1


def priority_table() -> dict[str, tuple[list[str], list[str]]]:
    """As docs/notifiers.md has it: by scheme what carries the priority, and the cells for high, medium, low and news."""
    text = (ROOT / "docs" / "notifiers.md").read_text()
    _, _, table = text.partition("| URL of `apprise` |")
    rows = [line.strip("| ").split(" | ") for line in table.split("\n\n")[0].splitlines()[2:]]
    return {
        scheme: (re.findall(r"`([^`]+)`", carrier), cells)
        for schemes, carrier, *cells in rows
        for scheme in re.findall(r"`([^`]+)`", schemes)
    }


TABLE = priority_table()
HEX = "a" * 36
URLS = {
    "ntfy": "127.0.0.1/ward",
    "pover": f"{'u' * 30}@{'t' * 30}",
    "opsgenie": HEX,
    "jira": HEX,
    "gotify": f"127.0.0.1/{'t' * 15}",
    "prowl": "a" * 40,
    "join": f"{'a' * 32}/group.all",
    "psafer": "p" * 20,
    "spush": "a" * 6,
    "simplepush": "a" * 6,
    "bark": "127.0.0.1/key",
    "pushward": f"hlk_{'a' * 32}",
    "signalgrid": f"{'a' * 20}/{'b' * 20}",
    "squadcast": HEX,
    "pagertree": f"int_{'a' * 12}",
    "pagerduty": f"{'k' * 32}@{'a' * 32}",
    "firehydrant": f"{HEX}/x",
    "ilert": HEX,
    "lametric": f"{'a' * 10}@127.0.0.1",
    "dapnet": "user:pass@DF1ABC",
    "smseagle": f"{'a' * 20}@127.0.0.1/15551231234",
    "exotel": "sid:key:tok@15551231234/15551231235",
    "gorush": f"127.0.0.1/ios/{'a' * 20}",
}
SAME = {"mailto", "mailtos"}
"""Tested by a mail that arrives."""
WITHOUT = {"amqp", "amqps", "lauther", "pinglet", "pinglets", "trigv", "trigvs", "youlmk"}
"""They have a scale of their own, and get Apprise's kind of message: queues of messages, and services without a payload here."""


def test_each_service_that_has_a_scale_stands_in_the_table_and_is_tried() -> None:
    assert set(SCALES) == set(TABLE)
    plain = {scheme for scheme in TABLE if scheme.removesuffix("s") not in TABLE or scheme in URLS}
    assert set(URLS) == plain - SAME
    known = set()
    for service in apprise.Apprise().details()["schemas"]:
        fields = service["details"]["args"]
        if any(re.search("priority|severity|urgency|level|critical", name) for name in fields):
            for kind in ("protocols", "secure_protocols"):
                schemes = service[kind] or ()
                known |= {schemes} if isinstance(schemes, str) else set(schemes)
    assert known == set(SCALES) - SAME | WITHOUT


async def payloads(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """What goes out for high, medium, low, and news."""
    sent: list[dict[str, Any]] = []

    def post(*words: object, **given: Any) -> requests.Response:
        sent.append({"url": words[-1]} | given)
        answer = requests.Response()
        answer.status_code = 202 if url.startswith("pagerduty") else 201 if "dapnet" in url else 200
        answer._content = b'{"status": 1, "result": [{"status": "ok"}], "requestId": "x"}'
        return answer

    monkeypatch.setattr(requests, "post", post)
    monkeypatch.setattr(requests, "request", post)
    channel = mail(tmp_path, url)
    steps: tuple[dict[str, Any], ...] = (
        {},
        {"priority": MEDIUM},
        {"priority": LOW},
        {"event": AlarmEvent.CLEAR},
    )
    for number, changes in enumerate(steps):
        await channel.send(notify(n=number, **changes), durable=True)
    assert len(sent) == len(steps)
    return sent


@pytest.mark.parametrize("scheme", URLS)
async def test_a_service_gets_the_priority_on_its_own_scale(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the table of docs/notifiers.md says."""
    (name, *_), cells = TABLE[scheme]
    sent = await payloads(f"{scheme}://{URLS[scheme]}", tmp_path, monkeypatch)
    said = [str(_find(name, each)) for each in sent]
    words = [re.split(r"[,:]", cell)[0] for cell in cells]
    assert [each.lower() for each in said] == [
        "none" if scheme == "ntfy" and word == "default" else word.lower() for word in words
    ]


async def test_all_others_get_the_kind_of_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "| all others | Apprise's kind of message | failure | warning | info | success when over, else info |"
    assert row in (ROOT / "docs" / "notifiers.md").read_text()
    sent = await payloads("json://127.0.0.1/ward", tmp_path, monkeypatch)
    assert [_find("type", each) for each in sent] == ["failure", "warning", "info", "success"]


async def test_what_the_url_says_goes_before_the_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await payloads("ntfy://127.0.0.1/ward?priority=min", tmp_path, monkeypatch)
    assert [_find("X-Priority", each) for each in sent] == ["min"] * 4


def _find(name: str, sent: dict[str, Any]) -> Any:
    """A header, or a value of the query, of the form or of the JSON, at any depth."""
    if values := parse_qs(urlsplit(str(sent["url"])).query).get(name):
        return values[0]
    if name in (sent.get("headers") or {}):
        return sent["headers"][name]
    data = sent.get("json") or sent.get("data") or {}
    if isinstance(data, str | bytes):
        data = json.loads(data)
    queue = [data]
    while queue:
        each = queue.pop()
        if isinstance(each, dict):
            if name in each:
                return each[name]
            queue += each.values()
        elif isinstance(each, list):
            queue += each
    return None


async def test_a_mail_has_the_priority_in_its_head_and_a_parser_reads_each_step(
    mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    box, url = mailbox
    channel = mail(tmp_path, url)
    steps = [step for step in every_step() if not step.name.startswith(("value", "without"))]
    for step in steps:
        await channel.send(step.message, durable=True)
    for step, got in zip(steps, box.mails, strict=True):
        line = step.message.line
        names, cells = TABLE["mailto"]
        cell = cells[["high", "medium", "low"].index(line.priority.word) if step.asks else 3]
        assert [got[name] for name in names] == cell.split(", "), step.name
        assert got["bcc"] is None
        said = one_line(line.text)
        assert " ".join(said.split()) in " ".join(str(got["subject"]).split()), step.name
        body = got.get_body(preferencelist=("plain",)).get_content()  # type: ignore[attr-defined]
        assert step.message.key in body
