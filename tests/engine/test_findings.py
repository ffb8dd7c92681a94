"""Every finding that is put back is caught by what is named for it."""

import pytest

from tests.courses.course_table import COURSES, tell
from tests.engine.explore.search import explore
from tests.engine.explore.tables import Tables
from tests.engine.findings import FINDINGS, TABLES, Finding

CASES = [(each, catcher) for each in FINDINGS for catcher in each.caught_by]


@pytest.mark.parametrize(
    ("finding", "catcher"), CASES, ids=[f"{each.name}: {catcher}" for each, catcher in CASES]
)
def test_a_finding_that_is_put_back_is_caught(
    finding: Finding, catcher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding.plant(monkeypatch)
    if catcher == TABLES:
        assert explore(Tables(), 4, enough=1).faults
        return
    files = [file for file in COURSES if file.stem.startswith(catcher)]
    assert files, catcher
    assert any(tell(file).late for file in files)
