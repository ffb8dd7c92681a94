"""Names of machines that may connect: looked up now and then, however many strangers knock."""

import asyncio
import socket
from typing import Any

import pytest

from monitord.named_peers import RESOLVED_S, NamedPeers, is_loopback
from tests.peers import until


async def test_strangers_that_knock_while_the_name_server_is_silent_take_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    answered = asyncio.Event()
    asked: list[str] = []

    async def silent(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        await answered.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.9", 0))]

    monkeypatch.setattr(loop, "getaddrinfo", silent)
    peers = NamedPeers(["manager.clinic.example", "10.0.0.8"])
    knocking = [asyncio.ensure_future(peers.allows(f"10.0.1.{n}")) for n in range(100)]
    named = asyncio.ensure_future(peers.allows("10.0.0.9"))
    await until(lambda: bool(asked))
    # Who stands there by the address waits for nobody.
    assert await peers.allows("10.0.0.8")
    answered.set()
    assert not any(await asyncio.gather(*knocking))
    assert await named
    assert asked == ["manager.clinic.example"]
    peers._known_until -= RESOLVED_S
    assert await peers.allows("10.0.0.9")
    assert len(asked) == 2


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "127.0.0.2", "::1", "[::1]", "::ffff:127.0.0.1", "localhost"]
)
def test_this_machine_is_known_in_each_of_its_forms(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize(
    "name", ["0.0.0.0", "::", "192.168.1.5", "::ffff:192.168.1.5", "station.example", ""]
)
def test_no_other_address_is_this_machine(name: str) -> None:
    assert not is_loopback(name)
