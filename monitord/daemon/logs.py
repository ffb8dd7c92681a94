"""Logs as JSON lines, for journald or a file; no patient data and no values of local variables."""

import logging
import sys
from typing import TextIO

import structlog


def configure(out: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Every log line is one JSON object with `event`, `level` and UTC `timestamp`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
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
