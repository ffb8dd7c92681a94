"""A program is run for each message; one that fails or hangs is an error and leaves nothing behind."""

import asyncio
import json
import resource
from pathlib import Path
from typing import Any

import pytest

from monitord.errors import NotifyError
from monitord.notify.channels.command import NOTIFIER, CommandChannel, CommandConfig
from tests.builders_notify import notify
from tests.peers import until


def sounder(*script: str, **settings: Any) -> CommandChannel:
    return NOTIFIER.open("sounder", CommandConfig(run=("/bin/sh", "-c", *script), **settings))


async def test_the_program_gets_the_line_and_the_words(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = 'cat > "$0"; echo "$MONITORD_PRIORITY $MONITORD_BED $MONITORD_EVENT" >> "$0"'
    await sounder(said, str(out)).send(notify(simulated=True), durable=True)
    line, words = out.read_text().splitlines()
    assert json.loads(line)["id"] == "s1/spo2_low/1"
    assert json.loads(line)["simulated"] is True
    assert words == "high 1 start"


async def test_no_shell_looks_at_the_arguments(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = ("/bin/sh", "-c", 'printf %s "$1" > "$0"', str(out), "$(id); `id`")
    await NOTIFIER.open("s", CommandConfig(run=run)).send(notify(), durable=True)
    assert out.read_text() == "$(id); `id`"


async def test_an_exit_code_is_an_error_with_the_last_words() -> None:
    with pytest.raises(NotifyError, match="exit code 3: relay stuck"):
        await sounder("echo first >&2; echo relay stuck >&2; exit 3").send(notify(), durable=True)


async def test_a_program_that_is_missing_is_an_error() -> None:
    channel = NOTIFIER.open("s", CommandConfig(run=("/nowhere/sounder",)))
    with pytest.raises(NotifyError, match="/nowhere/sounder"):
        await channel.send(notify(), durable=True)


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().split(")")[1].split()[0] != "Z"


async def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = 'sleep 60 & echo "$!" > "$0"; wait'
    with pytest.raises(NotifyError, match="did not end in time"):
        await sounder(script, str(pids), timeout="300ms").send(notify(), durable=True)
    child = int(pids.read_text())
    await until(lambda: not alive(child))


async def test_a_program_that_is_cut_off_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = 'sleep 60 & echo "$!" > "$0"; wait'
    sending = asyncio.create_task(sounder(script, str(pids)).send(notify(), durable=True))
    await until(lambda: pids.exists() and pids.read_text())
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    child = int(pids.read_text())
    await until(lambda: not alive(child))


async def test_what_a_program_leaves_running_keeps_no_message_from_being_taken() -> None:
    """A player that goes on sounding has the program's outputs: it was told again and again for it."""
    script = "sleep 60 & sleep 0.3; exit 0"
    await sounder(script, timeout="5s").send(notify(), durable=True)


async def test_a_program_that_complains_without_end_fills_no_memory_and_its_last_words_are_plain() -> (
    None
):
    flood = "head -c 300000000 /dev/zero >&2; printf '\\nfirst\\n\\033[2Jstuck\\007' >&2; exit 3"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(NotifyError, match=r"exit code 3:  \[2Jstuck $"):
        await sounder(flood, timeout="9s").send(notify(), durable=True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


async def test_half_a_character_does_not_keep_a_program_from_being_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    await sounder('cat > "$0"', str(out)).send(notify(text="a\ud800\x00"), durable=True)
    assert json.loads(out.read_text())["id"] == "s1/spo2_low/1"
