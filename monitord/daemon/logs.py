"""Logs as JSON lines, for journald or a file; no patient data and no values of local variables.

A line that names a bed names its open session too: the pseudonymous id, nothing else of it.
"""

import logging
import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

SESSION_OF: ContextVar[Callable[[str], str | None] | None] = ContextVar("session_of", default=None)
"""The open session's id on a bed. The daemon sets it before it starts its tasks, which inherit it."""


def configure(out: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Every log line is one JSON object with `event`, `level` and UTC `timestamp`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_session,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out or sys.stdout),
        cache_logger_on_first_use=False,
    )
    # Libraries that use the standard logging only speak up when something is wrong.
    logging.basicConfig(stream=out or sys.stderr, level=max(level, logging.WARNING), force=True)


def _add_session(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    session_of, bed = SESSION_OF.get(), line.get("bed")
    if session_of is not None and isinstance(bed, str) and "session" not in line:
        line["session"] = session_of(bed)
    return line
