"""Apprise against a real SMTP server: mail arrives, its URL stays secret, one that hangs holds up nobody."""

import asyncio
import logging
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from monitord.errors import NotifyError
from monitord.notify.channels.apprise import NOTIFIER, AppriseChannel, AppriseConfig
from monitord.notify.notifier import Bundle
from tests.builders_notify import MEDIUM, notify
from tests.peers import free_port, until

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
