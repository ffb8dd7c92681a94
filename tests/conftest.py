"""What every test run shares: real peers are used where they are, and named where they are missing.

`@pytest.mark.peer("mosquitto")` and `@pytest.mark.browser` say what a test speaks to. A peer that is not on this
machine leaves its tests out, and header and summary say so; with MONITORD_REQUIRE_PEERS set it is an error instead.
"""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

BROWSER = "chromium"

pytest_plugins = ["tests.peers"]

# How long an example takes says more of the machine than of the code: that is measured elsewhere.
settings.register_profile("monitord", deadline=None)
settings.load_profile("monitord")


def find_program(name: str) -> str | None:
    """The program's path, also from the folders where Debian keeps daemons."""
    postgres = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", *map(str, postgres)]
    return shutil.which(name, path=os.pathsep.join(folders))


def needed_programs(item: pytest.Item) -> list[str]:
    needed = [str(mark.args[0]) for mark in item.iter_markers("peer")]
    return needed + [BROWSER for _ in item.iter_markers("browser")]


def pytest_configure() -> None:
    # Before Python 3.14 asking for a loop makes one. pytest-asyncio asks, and leaves that one open at the end, which
    # is an error here. With None set, asking raises, which it expects.
    asyncio.set_event_loop(None)


def pytest_report_header() -> list[str]:
    missing = [name for name in ("mosquitto", "postgres", BROWSER) if not find_program(name)]
    return [f"left out, not on this machine: {', '.join(missing)}"] if missing else []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        missing = [name for name in needed_programs(item) if not find_program(name)]
        if missing and os.environ.get("MONITORD_REQUIRE_PEERS"):
            raise pytest.UsageError(f"{item.nodeid} needs {', '.join(missing)}")
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"not on this machine: {', '.join(missing)}"))
