"""A sounder, relay or any program: run once a message, the alarm line on its standard input.

No shell; arguments stand in the suite file. The environment says the most needed words, so that a
two-line script can drive a relay. Needs no network: fit to be a route's end.
"""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from contextlib import AbstractAsyncContextManager, closing, suppress
from io import FileIO
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitord.errors import NotifyError
from monitord.model import SECOND, Duration, Notify
from monitord.model.outside_text import one_line
from monitord.notify.channels.rehearsal import Rehearsal, program_rehearsal
from monitord.notify.message_text import Link, facts
from monitord.store.line_json import line_json

_ERROR_BYTES = 2000
_ERROR_SIGNS = 300
_READ_BYTES = 64 * 1024
_LAST_WORDS_S = 0.2
# They are in the pipe when the program has ended.
_GONE_S = 1.0
# A killed program is gone at once; one that the kernel holds must not hold the outbox.


class CommandConfig(BaseModel):
    """`run` is the program and its arguments; exit code 0 means that the message was taken.

    `sound` says that it plays on the machine's sound card, which the daemon's unit has for such a one alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    run: Annotated[tuple[str, ...], Field(min_length=1)]
    timeout: Annotated[Duration, Field(gt=0, le=9 * SECOND)] = 5 * SECOND
    link: Link | None = None
    sound: bool = False


class CommandChannel:
    """Runs the program; one that hangs is killed with all its children."""

    def __init__(self, config: CommandConfig) -> None:
        self._config = config

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Gives it the line; waits for its end."""
        text = line_json(message.line, durable) + "\n"
        data = text.encode(errors="replace")
        said = facts(message, durable=durable, link=self._config.link)
        environment = {f"MONITORD_{name.upper()}": value for name, value in said.items()}
        # A pipe of our own: asyncio's end of the process waits for its pipes, which what it left running may hold open.
        reading, writing = os.pipe()
        complaint = bytearray()
        listening = asyncio.ensure_future(
            _keep_the_last(os.fdopen(reading, "rb", buffering=0), complaint)
        )
        try:
            process = await self._start({**os.environ, **environment}, writing)
        except BaseException:
            listening.cancel()
            raise
        finally:
            os.close(writing)
        try:
            async with asyncio.timeout(self._config.timeout / SECOND):
                await _give(process, data)
                await process.wait()
                await asyncio.wait({listening}, timeout=_LAST_WORDS_S)
        except TimeoutError as error:
            raise NotifyError(f"{self._config.run[0]} did not end in time") from error
        finally:
            listening.cancel()
            # Also when the outbox cuts it off: nothing of it may outlive the attempt.
            await _end(process)
        if process.returncode:
            last = complaint.decode(errors="replace").strip().split("\n")[-1]
            words = one_line(last, _ERROR_SIGNS)
            raise NotifyError(f"{self._config.run[0]}: exit code {process.returncode}: {words}")

    async def _start(self, environment: dict[str, str], complaints: int) -> Process:
        program, *arguments = self._config.run
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                program,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=complaints,
                env=environment,
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # It may run already: asyncio alone would leave its children.
            await _end(await starting)
            raise
        except (OSError, ValueError) as error:
            raise NotifyError(f"{program}: {error}") from error

    async def close(self) -> None:
        """Nothing stays open between messages."""


async def _give(process: Process, data: bytes) -> None:
    """On its standard input; a program need not read it."""
    if process.stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _keep_the_last(pipe: FileIO, complaint: bytearray) -> None:
    """Reads all that it complains of, so that it never waits, and keeps the end; closes the pipe."""
    reader = asyncio.StreamReader()
    with pipe:
        line, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        with closing(line):
            while part := await reader.read(_READ_BYTES):
                complaint += part
                del complaint[:-_ERROR_BYTES]


async def _end(process: Process) -> None:
    """Kills what still runs of it, children too."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_GONE_S):
            await process.wait()


class CommandNotifier:
    """Destination `notifier: command`."""

    name = "command"
    title = "a program: sounder, relay, lamp"
    local = True
    config = CommandConfig

    def open(self, name: str, config: CommandConfig) -> CommandChannel:  # noqa: ARG002 - a program has no other name
        """A channel that runs the program for each message."""
        return CommandChannel(config)

    def rehearse(self) -> AbstractAsyncContextManager[Rehearsal]:
        """A program to prove it against."""
        return program_rehearsal()


NOTIFIER = CommandNotifier()
