"""One table of everything that was broken, and what became of the alarms: `./dev faults` prints it last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.table import DESTINATION_ROWS, ROWS, table
from tests.postgres import postgres as postgres  # noqa: PLC0414 - a fixture
from tests.ward import BRIEF, Ward, ward

LONGEST_S = 1800
"""Of one row."""


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Ward]:
    """Two beds that are watched without a session."""
    with ward(tmp_path, beds=2, watch=BRIEF) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """How late it was stands in the table: a busy machine makes no test fail."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_S))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("faults: what was broken, and what became of the alarms")
        for line in table(ROWS):
            terminalreporter.write_line(line)
    if DESTINATION_ROWS:
        terminalreporter.section("faults of destinations")
        for line in table(DESTINATION_ROWS):
            terminalreporter.write_line(line)
