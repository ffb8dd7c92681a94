"""An approval binds a person to exactly what a protocol says."""

from dataclasses import replace
from datetime import date

import pytest

from monitord.config import approve, read_protocol, require_approved
from monitord.config.files.yaml_file import read_text
from monitord.config.protocol.approval import as_text, identity, why_unapproved
from monitord.config.sheet.approval_sheet import sheet
from monitord.engine.protocol.protocol import digest
from monitord.engine.rules.limit import LimitRule
from monitord.errors import ConfigError
from tests import builders
from tests.builders_config import protocol, suite

DAY = date(2026, 1, 5)


def signed(by: str = "Dr. O'Hara") -> tuple[str, str]:
    """A change of the suite text that approves the small protocol."""
    approval = approve(protocol(), by=by, role="medical director", on=DAY)
    return ("suite: ward\n", f"suite: ward\napprovals:\n{as_text(approval)}")


def test_the_printed_lines_are_an_approval_in_a_suite_file() -> None:
    (approval,) = suite(signed()).approvals
    assert (approval.by, approval.role, approval.date) == ("Dr. O'Hara", "medical director", DAY)
    assert why_unapproved(protocol(), [approval]) is None
    require_approved([protocol()], [approval])


def test_a_hash_of_digits_alone_stays_text() -> None:
    text = as_text(
        approve(protocol(), by="x", role="y", on=DAY).model_copy(update={"digest": "012345678901"})
    )
    assert read_text(text, "f").value[0]["digest"] == "012345678901"


def test_a_changed_limit_unapproves_and_names_who_approved_before() -> None:
    (approval,) = suite(signed()).approvals
    stricter = protocol(('"<90"', '"<91"'))
    reason = why_unapproved(stricter, [approval])
    assert reason is not None
    assert "changed after Dr. O'Hara approved" in reason


def test_a_comment_or_another_layout_keeps_the_approval() -> None:
    (approval,) = suite(signed()).approvals
    assert why_unapproved(protocol(("name: small", "name: small # ours")), [approval]) is None


def test_unapproved_protocols_are_all_named() -> None:
    with pytest.raises(ConfigError) as caught:
        require_approved(suite().every_protocol, suite().approvals)
    assert ["ketamine_iv_0_5_40@1#" in caught.value.faults[0], len(caught.value.faults)] == [
        True,
        2,
    ]


@pytest.mark.parametrize(("by", "role"), [("", "director"), ("Dr. A", " ")])
def test_nobody_cannot_approve(by: str, role: str) -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        approve(protocol(), by=by, role=role, on=DAY)


def test_the_sheet_shows_every_limit_with_its_source_and_a_line_to_sign() -> None:
    paper = sheet(protocol())
    assert identity(protocol()) in paper
    assert "below 90" in paper
    assert "[P] a clinic" in paper
    assert "18 s (15 s that it lasts, 2 s until a sudden step is believed, 1 s to send)" in paper
    assert "Approved by" in paper


def test_a_key_that_is_new_and_says_nothing_leaves_the_hash_of_0_1() -> None:
    """What a clinic approved under 0.1 and did not change is approved; `twice` is a change."""
    small = builders.protocol()
    assert digest(small) == "4e9b736597a5"
    rule = small.rules["spo2_low"]
    assert isinstance(rule, LimitRule)
    levels = (replace(rule.levels[0], twice=True), *rule.levels[1:])
    other = replace(small, rules={**small.rules, "spo2_low": replace(rule, levels=levels)})
    assert digest(other) != digest(small)


def test_a_suite_file_that_says_the_name_of_0_1_means_the_same_protocol_and_stays_approved() -> (
    None
):
    """Beds without a session were watched by `watch`."""
    now = read_protocol("bed_without_session")
    assert suite(("suite: ward\n", "suite: ward\nwatch: watch\n")).watch == now
    before = replace(now, name="watch")
    assert digest(now) == digest(before)
    assert why_unapproved(now, [approve(before, by="x", role="y", on=DAY)]) is None
    # A clinic's own protocol of that name is its own.
    assert why_unapproved(before, [approve(before, by="x", role="y", on=DAY)]) is None
