"""ESPA 4.4.4: the published example's bytes, the dialogue, and a paging system on a pseudo-terminal."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from monitord.errors import NotifyError
from monitord.model import AlarmEvent
from monitord.notify.channels.espa import ACK, ENQ, EOT, NAK, SOH, Dialogue, block, call, checksum
from monitord.notify.channels.nurse_call import NOTIFIER, NurseCallChannel, NurseCallConfig
from monitord.notify.notifier import Bundle
from tests.builders_notify import LOW, MEDIUM, line, notify
from tests.peers import PseudoTerminal, until


def test_the_published_example_is_made_byte_for_byte() -> None:
    # wiki.zenitel.com, ESPA 4.4.4, "Message example" (its checksum is not shown).
    example = (
        "01 31 02 31 1F 35 35 30 1E 32 1F 43 41 4C 4C 20 4D 45 20 "
        "31 30 31 1E 33 1F 33 1E 34 1F 33 1E 35 1F 33 1E 36 1F 33 03"
    )
    made = block({"1": "550", "2": "CALL ME 101", "3": "3", "4": "3", "5": "3", "6": "3"})
    assert made[:-1] == bytes.fromhex(example)
    assert checksum(made[1:]) == 0


def records(data: bytes) -> dict[str, str]:
    assert data[0] == SOH
    assert checksum(data[1:]) == 0
    inside = data[3:-2].decode("ascii")
    return dict(part.split("\x1f") for part in inside.split("\x1e"))


def test_a_call_says_how_urgent_it_is_and_one_that_resets_ends_it() -> None:
    high = records(call(line(), "HIGH bed 1: SpO₂ 84", address="550", beep="3"))
    assert high == {"1": "550", "2": "HIGH bed 1: SpO? 84", "3": "3", "4": "3", "5": "1", "6": "1"}
    for priority, word in ((MEDIUM, "2"), (LOW, "3")):
        assert records(call(line(priority=priority), "x", address="1", beep="3"))["6"] == word
    assert records(call(line(), "x", address="1", beep="3", resets=True))["4"] == "1"
    assert len(records(call(line(), "x" * 500, address="1", beep="3"))["2"]) == 128


POLL = b"2" + bytes([ENQ])


def test_a_station_with_nothing_to_say_ends_each_poll() -> None:
    dialogue = Dialogue("station", "2", "1")
    assert dialogue.receive(b"3" + bytes([ENQ])) == b""
    assert dialogue.receive(POLL) == bytes([EOT])


def test_a_station_sends_its_block_when_it_is_polled() -> None:
    dialogue = Dialogue("station", "2", "1")
    assert dialogue.begin(b"BLOCK") == b""
    assert dialogue.receive(POLL) == b"1" + bytes([ENQ])
    assert dialogue.receive(bytes([ACK])) == b"BLOCK"
    assert dialogue.result is None
    assert dialogue.receive(bytes([ACK])) == bytes([EOT])
    assert dialogue.result is not None
    assert dialogue.result.error is None
    assert dialogue.receive(POLL) == bytes([EOT])


def test_a_block_that_was_garbled_is_sent_again_three_times() -> None:
    dialogue = Dialogue("control", "1", "2")
    assert dialogue.begin(b"BLOCK") == b"1" + bytes([ENQ]) + b"2" + bytes([ENQ])
    dialogue.receive(bytes([ACK]))
    for _ in range(3):
        assert dialogue.receive(b"1" + bytes([NAK])) == b"BLOCK"
    assert dialogue.receive(b"1" + bytes([NAK])) == bytes([EOT])
    assert dialogue.result is not None
    assert dialogue.result.error == "not taken (NAK 1)"


def test_a_block_that_was_not_understood_is_not_sent_again() -> None:
    dialogue = Dialogue("control", "1", "2")
    dialogue.begin(b"BLOCK")
    dialogue.receive(bytes([ACK]))
    assert dialogue.receive(b"3" + bytes([NAK])) == bytes([EOT])
    assert dialogue.result is not None


# On a line.


class Pager:
    """A paging system at the other end of the line; `moods` are its answers to blocks, ACK if none."""

    def __init__(self, terminal: PseudoTerminal, *, polls: bool) -> None:
        self.terminal = terminal
        self.calls: list[dict[str, str]] = []
        self.moods: list[bytes] = []
        self._polls = polls
        self._unread = b""

    async def run(self) -> None:
        """As control station it polls address 2; as a pager it waits to be selected."""
        while True:
            if self._polls:
                self.terminal.write(POLL)
                answer = await self._until(lambda seen: seen[-1:] in {bytes([EOT]), bytes([ENQ])})
                if answer.endswith(bytes([EOT])):
                    await asyncio.sleep(0.01)
                    continue
            else:
                await self._until(lambda seen: seen.endswith(b"1\x052\x05"))
            self.terminal.write(bytes([ACK]))
            while True:
                seen = await self._until(lambda seen: b"\x03" in seen[:-1] or seen == bytes([EOT]))
                if seen == bytes([EOT]):
                    break
                mood = self.moods.pop(0) if self.moods else bytes([ACK])
                if mood == bytes([ACK]):
                    self.calls.append(records(seen))
                self.terminal.write(mood)

    async def _until(self, whole: Callable[[bytes], bool]) -> bytes:
        """Byte by byte: what comes after it is for later."""
        seen = b""
        while not (seen and whole(seen)):
            self._unread += self.terminal.read()
            seen, self._unread = seen + self._unread[:1], self._unread[1:]
            if not self._unread:
                await asyncio.sleep(0.002)
        return seen


@asynccontextmanager
async def paging(
    pty: PseudoTerminal, role: str, **settings: Any
) -> AsyncIterator[tuple[NurseCallChannel, Pager]]:
    ends = {"own": "2", "peer": "1"} if role == "station" else {"own": "1", "peer": "2"}
    config = NurseCallConfig.model_validate(
        {"port": str(pty.path), "call": "550", "role": role} | ends | settings
    )
    channel = NOTIFIER.open("pagers", config)
    pager = Pager(pty, polls=role == "station")
    running = asyncio.create_task(pager.run())
    try:
        yield channel, pager
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.close()


@pytest.mark.parametrize("role", ["station", "control"])
async def test_the_paging_system_gets_the_call(pty: PseudoTerminal, role: str) -> None:
    async with paging(pty, role) as (channel, pager):
        pager.moods = [b"1" + bytes([NAK])]
        await channel.send(notify(), durable=True)
        also = (notify(), notify("sys_high", priority=MEDIUM))
        await channel.send_bundle(Bundle(messages=also))
    assert pager.calls[0]["1"] == "550"
    assert pager.calls[0]["2"] == "HIGH bed 1: SpO2 84 < 85 for 5 s"
    assert pager.calls[1]["2"].endswith("SpO2 84 < 85 for 5 s + MEDIUM bed 1")
    assert len(pager.calls) == 2


async def test_a_refused_call_is_an_error(pty: PseudoTerminal) -> None:
    async with paging(pty, "control") as (channel, pager):
        pager.moods = [b"3" + bytes([NAK])]
        with pytest.raises(NotifyError, match="NAK 3"):
            await channel.send(notify(), durable=True)
        await channel.send(notify(), durable=True)
    assert len(pager.calls) == 1


@pytest.mark.parametrize(
    ("role", "why"), [("station", "nobody polls"), ("control", "nobody answers")]
)
async def test_a_line_without_a_paging_system_is_an_error(
    pty: PseudoTerminal, role: str, why: str
) -> None:
    config = NurseCallConfig.model_validate(
        {"port": str(pty.path), "call": "550", "role": role, "timeout": "100ms"}
    )
    channel = NOTIFIER.open("pagers", config)
    with pytest.raises(NotifyError, match=why):
        await channel.send(notify(), durable=True)
    await channel.close()


async def test_an_adapter_that_is_pulled_is_an_error_and_its_return_is_found(
    pty: PseudoTerminal,
) -> None:
    async with paging(pty, "control") as (channel, pager):
        await channel.send(notify(), durable=True)
        pty.unplug()
        with pytest.raises(NotifyError):
            await channel.send(notify(), durable=True)
        pty.plug()
    async with paging(pty, "control") as (channel, pager):
        await channel.send(notify(), durable=True)
        await until(lambda: pager.calls)


async def test_a_pager_is_reset_when_nothing_that_it_was_called_for_stands(
    pty: PseudoTerminal,
) -> None:
    """The end of one alarm must not wipe another one off its display."""
    clear, acknowledged = AlarmEvent.CLEAR, AlarmEvent.ACKNOWLEDGE
    async with paging(pty, "control") as (channel, pager):
        for number, message in enumerate(
            [
                notify(),
                notify("sys_high", priority=MEDIUM),
                notify(event=clear),
                notify("sys_high", event=acknowledged),
                notify("sys_high", event=clear),
            ]
        ):
            await channel.send(message, durable=True)
            assert len(pager.calls) == number + 1
        also = (notify(event=clear), notify("sys_high", 2, priority=MEDIUM))
        await channel.send_bundle(Bundle(messages=also))
    assert [call["4"] for call in pager.calls] == ["3", "3", "3", "1", "1", "3"]
    assert pager.calls[-1]["2"].startswith("MEDIUM bed 1")


async def test_a_call_that_was_not_taken_is_none_that_stands(pty: PseudoTerminal) -> None:
    async with paging(pty, "control") as (channel, pager):
        pager.moods = [b"3" + bytes([NAK])]
        with pytest.raises(NotifyError):
            await channel.send(notify("sys_high"), durable=True)
        await channel.send(notify(), durable=True)
        await channel.send(notify(event=AlarmEvent.CLEAR), durable=True)
    assert [call["4"] for call in pager.calls] == ["3", "1"]
