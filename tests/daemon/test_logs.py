"""What the system log gets: one JSON line an event, with its priority, and not more than one a second of what fails."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from monitord.daemon.logs import OncePerSecond, configure


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_in_journald_each_line_begins_with_its_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    out = io.StringIO()
    configure(out)
    log = structlog.get_logger()
    log.info("alarm", priority="high", bed="1")
    log.info("alarm", priority="medium")
    log.info("ready")
    log.warning("certificate_refused")
    log.error("journal_failed", detail="a\x1b[2Jb")
    lines = out.getvalue().splitlines()
    assert [line[:3] for line in lines] == ["<1>", "<4>", "<6>", "<4>", "<3>"]
    assert [json.loads(line[3:])["event"] for line in lines][:2] == ["alarm", "alarm"]
    assert out.getvalue().replace("\n", "").isprintable()


def test_elsewhere_a_line_is_json_alone() -> None:
    out = io.StringIO()
    configure(out)
    structlog.get_logger().info("ready")
    assert json.loads(out.getvalue())["event"] == "ready"


def test_what_fails_again_and_again_is_one_line_a_second_and_counted() -> None:
    once = OncePerSecond()
    kept = []

    def say(second: int, event: str = "failed", level: str = "error", **more: str) -> None:
        line = {"event": event, "level": level, "timestamp": f"2026-01-05T10:00:{second:02}.5Z"}
        try:
            kept.append(once(None, "", line | more))
        except structlog.DropEvent:
            return

    for second in (0, 1, 2):
        for _ in range(100):
            say(second)
            say(second, bed="2")
    assert [line.get("left_out") for line in kept] == [None, None, 99, 99, 99, 99]
    kept.clear()
    for _ in range(3):
        say(3, event="alarm", level="info")
    assert len(kept) == 3  # what is no failure is said each time
