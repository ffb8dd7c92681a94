"""An approval that a change, or an upgrade, voids: `check` names the values, so that somebody can sign again."""

import json
import re
from pathlib import Path
from typing import Final

from tests.program import Command
from tests.store.journals.kept import V0_1_0

KETAMINE: Final = "ketamine_iv_0_5_40"
SIGNED: Final = "e21201612c09"
"""What `monitord approve` of 0.1.0 printed for it."""


def suite_of_0_1_0(folder: Path) -> Path:
    """Approved as its protocol was then."""
    document = V0_1_0.suite() | {"database": str(V0_1_0.unpack(folder))}
    by = {"by": "A. Tester", "role": "test", "date": "2026-01-05"}
    document["approvals"] = [{"protocol": KETAMINE, "digest": SIGNED} | by]
    suite = folder / "suite.json"
    suite.write_text(json.dumps(document))
    return suite


def test_what_an_upgrade_changes_of_an_approved_protocol_is_named_value_by_value(
    tmp_path: Path, monitord: Command
) -> None:
    said = monitord("check", suite_of_0_1_0(tmp_path)).out
    head, _, changed = said.partition(f"warning: {KETAMINE}: changed since it was approved:\n")
    assert re.search(rf"warning: {KETAMINE}@\d+#\w+ changed after A. Tester approved", head)
    values = [line for line in changed.splitlines() if line.startswith("  ")]
    assert "  rules, postpartum_spo2_low" not in values
    assert any(re.match(r"  rules, spo2_low, levels, .* was .*, is ", each) for each in values)


def test_without_the_journal_the_protocol_is_named_alone(tmp_path: Path, monitord: Command) -> None:
    suite = suite_of_0_1_0(tmp_path)
    (tmp_path / "journal.db").unlink()
    said = monitord("check", suite).out
    assert "changed after A. Tester approved" in said
    assert "changed since it was approved" not in said
