"""What `--fast` takes: the pure rooms, the codecs and the configuration; no browser, no server, no process."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent

FAST = ("model", "engine", "config", "devices", "test_architecture.py", "test_plugins.py")
"""Folders and files of `tests/`."""

SLOW_FILES = frozenset(
    {
        # Commands, each a process of its own or with the whole program imported.
        "config/test_check.py",
        "config/test_sheet.py",
        # They prove the properties, not the engine.
        "engine/test_planted_faults.py",
        # Lines, brokers and twins on real ports.
        "devices/test_datagram_port.py",
        "devices/test_hl7_listener.py",
        "devices/test_monitor_faults.py",
        "devices/test_mosquitto_acl.py",
        "devices/test_mqtt.py",
        "devices/test_port.py",
        "devices/test_stream.py",
        "devices/test_twin_cuffs.py",
        "devices/test_twin_families.py",
        "devices/test_twin_mischief.py",
        "devices/test_twin_mqtt.py",
        "devices/test_twin_nonin.py",
        "devices/test_whole_path.py",
    }
)
"""Of those, files that start something or wait for it."""

SLOW_FIXTURES = frozenset({"mosquitto", "postgres", "pty"})
SLOW_MARKS = frozenset({"browser", "peer"})


def may_hold(path: Path) -> bool:
    """Whether a file or folder is one of those that `--fast` reads, or leads to one."""
    if path == TESTS or TESTS not in path.parents:
        return True
    inside = path.relative_to(TESTS)
    return inside.parts[0] in FAST and inside.as_posix() not in SLOW_FILES


def takes(item: pytest.Item) -> bool:
    """Whether `--fast` runs the test."""
    fixtures = SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    marks = {mark.name for mark in item.iter_markers()}
    return may_hold(item.path) and not fixtures and not SLOW_MARKS & marks
