"""Names of machines that may connect: looked up now and then, however many strangers knock."""

import asyncio
import socket
from typing import Any

import pytest

from monitord.named_peers import RESOLVED_S, NamedPeers
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
