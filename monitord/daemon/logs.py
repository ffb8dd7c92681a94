"""Logs as JSON lines, for journald or a file; no patient data and no values of local variables.

A line that names a bed names its open session too: the pseudonymous id, nothing else of it. For journald each
line begins with its priority, so that `journalctl -p alert` finds an alarm. What fails again and again is one line a
second.
"""

import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

SESSION_OF: ContextVar[Callable[[str], str | None] | None] = ContextVar("session_of", default=None)
"""The open session's id on a bed. The daemon sets it before it starts its tasks, which inherit it."""

_ABOUT = ("event", "bed", "device", "destination", "folder")
_KINDS = 1000
# So many things at most are kept apart: beds times kinds of failure are a hundred.
_JSON = structlog.processors.JSONRenderer()
_LEVELS = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
_ALARMS = {"high": 1, "medium": 4, "low": 5}


def configure(out: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Every log line is one JSON object with `event`, `level` and UTC `timestamp`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_session,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            OncePerSecond(),
            structlog.processors.format_exc_info,
            _with_priority if "JOURNAL_STREAM" in os.environ else _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out or sys.stdout),
        cache_logger_on_first_use=False,
    )
    # Libraries that use the standard logging only speak up when something is wrong.
    logging.basicConfig(stream=out or sys.stderr, level=max(level, logging.WARNING), force=True)


class OncePerSecond:
    """Leaves out a warning or an error that was said of the same within the same second; the next one counts them."""

    def __init__(self) -> None:
        self._said: dict[tuple[object, ...], tuple[str, int]] = {}

    def __call__(
        self, _logger: Any, _method: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        if line.get("level") not in {"warning", "error", "critical"}:
            return line
        about = tuple(str(line.get(key)) for key in _ABOUT)
        second = str(line.get("timestamp"))[:19]
        before, left_out = self._said.get(about, ("", 0))
        if before == second:
            self._said[about] = (second, left_out + 1)
            raise structlog.DropEvent
        if len(self._said) >= _KINDS:
            self._said.clear()
        self._said[about] = (second, 0)
        if left_out:
            line["left_out"] = left_out
        return line


def _as_json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    return str(_JSON(None, "", line))


def _with_priority(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    """`<1>{...}`: sd-daemon(3). An alarm has its own priority, as on a syslog; all else that of its level."""
    level = _LEVELS.get(str(line.get("level")), 6)
    if line.get("event") == "alarm":
        level = _ALARMS.get(str(line.get("priority")), level)
    return f"<{level}>{_as_json(None, '', line)}"


def _add_session(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    session_of, bed = SESSION_OF.get(), line.get("bed")
    if session_of is not None and isinstance(bed, str) and "session" not in line:
        line["session"] = session_of(bed)
    return line
