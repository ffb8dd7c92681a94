"""Syslog records by UDP and by a socket file."""

import asyncio
import os
import re
import socket
from pathlib import Path

import pytest

from monitord.errors import NotifyError
from monitord.notify.channels.syslog import NOTIFIER, SyslogConfig
from monitord.notify.notifier import Pulse
from tests.builders_notify import LOW, notify
from tests.peers import START


async def test_a_record_by_udp_says_how_bad_it_is() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        address = f"udp://127.0.0.1:{server.getsockname()[1]}"
        channel = NOTIFIER.open("log", SyslogConfig(address=address, link="https://s/#{bed}"))
        await channel.send(notify(text="one\ntwo", simulated=True), durable=True)
        await channel.send(notify(priority=LOW), durable=True)
        high, low = server.recv(4096).decode(), server.recv(4096).decode()
        await channel.close()
    # local0 (16) * 8 + alert (1), and notice (5).
    assert high.startswith("<129>1 2026-01-05T10:00:10.000000Z - monitord ")
    assert low.startswith("<133>1 ")
    assert 'key="s1/spo2_low/1/1/pager"' in high
    assert re.search(r"\] SIMULATED HIGH bed 1: one two; 84 %, limit 85 %; since ", high)
    assert high.endswith("https://s/#1")
    assert "\n" not in high


async def test_a_socket_that_is_gone_is_an_error_and_its_return_is_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    channel = NOTIFIER.open("log", SyslogConfig(address=f"unix://{path}"))
    with pytest.raises(NotifyError, match="unix://"):
        await channel.send(notify(), durable=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        server.setblocking(False)
        await channel.send(notify(), durable=True)
        received = await asyncio.get_running_loop().sock_recv(server, 4096)
    assert b"HIGH bed 1" in received
    # journald writes its own head: a second one would stand in the text.
    assert received.startswith(f"<129>monitord[{os.getpid()}]: [".encode())
    await channel.close()


async def test_the_head_of_the_audit_chain_is_a_record_too() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        config = SyslogConfig(address=f"udp://127.0.0.1:{server.getsockname()[1]}")
        channel = NOTIFIER.open("log", config)
        await channel.keep_head(Pulse(suite="ward", at=START, every_s=3600, head="7:ab"))
        text = server.recv(4096).decode()
        await channel.close()
    assert text.startswith("<133>1 2026-01-05T10:00:00.000000Z - monitord ")
    assert 'audit_head [monitord@32473 suite="ward" audit_head="7:ab"]' in text


@pytest.mark.parametrize(
    ("address", "leaves"),
    [
        ("unix:///dev/log", False),
        ("udp://127.0.0.1", False),
        ("udp://localhost:514", False),
        ("udp://[::1]:514", False),
        ("udp://log.clinic.example", True),
        ("udp://10.1.2.3", True),
    ],
)
def test_a_head_leaves_the_machine_to_another_one_alone(address: str, leaves: bool) -> None:
    assert NOTIFIER.head_leaves(SyslogConfig(address=address)) is leaves


@pytest.mark.parametrize("address", ["tcp://x:1", "udp://", "unix://dev/log", "x"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="udp://HOST"):
        SyslogConfig(address=address)
