"""What the audit of dependencies makes of pip-audit's findings."""

import importlib.util
from pathlib import Path

spec = importlib.util.spec_from_file_location(
    "audit", Path(__file__).parents[2] / "release" / "audit.py"
)
assert spec
assert spec.loader
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)

BAD = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
GOOD = {"name": "b", "version": "1", "vulns": []}
UNKNOWN = {"name": "c", "version": "1", "skip_reason": "not reachable"}


def test_a_vulnerable_version_fails_the_check_and_is_named() -> None:
    status, lines = audit.report([BAD, GOOD, UNKNOWN])
    assert status == 1
    assert lines == [
        "a 1: CVE-1, fixed in 2",
        "audit: 2 of 3 versions looked up, 1 advisories",
    ]


def test_nothing_looked_up_is_said_to_be_no_audit() -> None:
    status, lines = audit.report([UNKNOWN])
    assert status == 0
    assert "NOT DONE" in lines[-1]
    assert "NOT DONE" not in audit.report([GOOD])[1][-1]
