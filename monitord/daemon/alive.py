"""Signs of life, for systemd's watchdog and for the independent watcher, while alarms can come out.

A beat is given only when the sequencer has turned since the last one: it is what alarms come out
of. A journal or a destination that fails is an alarm of its own and stops no beat.
"""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import structlog

from monitord.daemon.clock import boot_time
from monitord.daemon.sequencer import Sequencer
from monitord.daemon.systemd import Systemd

_log = structlog.get_logger()

BEAT_S = 1.0
LOST_S = 5.0
# As the watcher counts.
FILE = "heartbeat"


def heartbeat_file() -> Path | None:
    """In the folder that systemd made for us; None where there is none."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(given) / FILE if given else None


class Alive:
    """Beats once a second; `open_sessions` says how many patients depend on it."""

    def __init__(
        self,
        sequencer: Sequencer,
        systemd: Systemd,
        open_sessions: Callable[[], int],
        file: Path | None = None,
    ) -> None:
        self._sequencer = sequencer
        self._systemd = systemd
        self._open_sessions = open_sessions
        self._file = heartbeat_file() if file is None else file
        self._writable = True
        self._beat_at = boot_time()

    @property
    def beating(self) -> bool:
        """Whether the last beat is recent."""
        return boot_time() - self._beat_at < LOST_S * 1_000_000

    async def run(self) -> None:
        """Until cancelled; then the file says that the daemon was stopped in order."""
        told_at = 0
        try:
            while True:
                before = self._sequencer.turns
                self._sequencer.turn()
                await asyncio.sleep(self._pause())
                if self._sequencer.turns == before:
                    continue
                self._beat_at = boot_time()
                self._write("running")
                if self._systemd.watchdog_s is not None:
                    self._systemd.tell("WATCHDOG=1")
                if boot_time() - told_at >= 60_000_000:
                    told_at = boot_time()
                    self._systemd.tell(f"STATUS=watching {self._open_sessions()} sessions")
        finally:
            self._write("stopped")

    def _pause(self) -> float:
        watchdog = self._systemd.watchdog_s
        return BEAT_S if watchdog is None else min(BEAT_S, watchdog / 4)

    def _write(self, state: str) -> None:
        if self._file is None:
            return
        beat = {
            "beat": boot_time(),
            "state": state,
            "open_sessions": self._open_sessions(),
        }
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(beat), encoding="utf-8")
            # The watcher is another user.
            fresh.chmod(0o644)
            fresh.replace(self._file)
        except OSError as error:
            if self._writable:
                _log.error("heartbeat_not_written", detail=str(error))
            self._writable = False
        else:
            self._writable = True
