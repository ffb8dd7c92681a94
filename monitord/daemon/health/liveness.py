"""Signs of life, for systemd's watchdog and for the independent watcher, while alarms can come out.

A beat is given only when the sequencer has turned since the last one: it is what alarms come out
of. A journal or a destination that fails is an alarm of its own and stops no beat.
"""

import asyncio
import json
from pathlib import Path

import structlog

from monitord.config.database_place import runtime_folder
from monitord.daemon.health.systemd import Systemd
from monitord.daemon.sequencing.clock import boot_time
from monitord.daemon.sequencing.sequencer import Sequencer

_log = structlog.get_logger()

BEAT_S = 1.0
LOST_S = 5.0
# As the watcher counts.
FILE = "heartbeat"


def heartbeat_file() -> Path | None:
    """In the folder that systemd made for us; None where there is none."""
    folder = runtime_folder()
    return folder / FILE if folder else None


def write_refusal(file: Path | None, why: str) -> None:
    """The watcher is told that no daemon will come: the suite file cannot be used."""
    if file is not None:
        _write(file, {"beat": boot_time(), "state": "refused", "open_sessions": 0, "why": why})


def _write(file: Path, beat: dict[str, object]) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(beat), encoding="utf-8")
    # The watcher is another user.
    fresh.chmod(0o644)
    fresh.replace(file)


class Liveness:
    """Beats once a second."""

    def __init__(
        self,
        sequencer: Sequencer,
        systemd: Systemd,
        file: Path | None = None,
    ) -> None:
        self._sequencer = sequencer
        self._systemd = systemd
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
                    self._systemd.tell(f"STATUS=watching {self._sequencer.open_sessions} sessions")
        finally:
            self._write("stopped")

    def _pause(self) -> float:
        watchdog = self._systemd.watchdog_s
        return BEAT_S if watchdog is None else min(BEAT_S, watchdog / 4)

    def _write(self, state: str) -> None:
        if self._file is None:
            return
        beat: dict[str, object] = {
            "beat": boot_time(),
            "state": state,
            "open_sessions": self._sequencer.open_sessions,
        }
        try:
            _write(self._file, beat)
        except OSError as error:
            if self._writable:
                _log.error("heartbeat_not_written", detail=str(error))
            self._writable = False
        else:
            self._writable = True
