"""Form files: found by name, refused where nobody could fill them in, and on the approval sheet."""

from pathlib import Path

import pytest

from monitord.config import read_protocol
from monitord.config.files.file_references import names_in
from monitord.config.protocol.form_files import read_form
from monitord.config.sheet.approval_sheet import sheet
from monitord.errors import ConfigError


def written(folder: Path, text: str) -> str:
    path = folder / "own.yaml"
    path.write_text(f"name: own\nversion: 1\n{text}")
    return str(path)


def test_the_clinics_own_form_is_a_file(tmp_path: Path) -> None:
    form = read_form(written(tmp_path, "items: [{name: sleep, high: 10}]"))
    assert form.total({"sleep": 7}) == 7


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("items: []", "at least one item"),
        ("items: [{name: a}, {name: a}]", "stands here twice"),
        ("items: [{name: a, low: 3}]", "nothing to choose"),
        ("items: [{name: a, high: 9, signal: nausea}]", "outside nausea"),
        ("signal: epds\nitems: [{name: a, high: 31}]", "outside EPDS"),
        ("items: [{name: a, weight: 2}]", "weight"),
    ],
)
def test_a_form_that_nobody_could_fill_in_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read_form(written(tmp_path, text))


def test_an_unknown_form_is_refused_by_name() -> None:
    assert names_in("forms") == ["epds"]
    with pytest.raises(ConfigError, match="no form is called 'epd'"):
        read_form("epd")


def test_the_sheet_to_sign_says_what_is_asked_and_which_forms_there_are() -> None:
    text = sheet(read_protocol("ketamine_iv_0_5_40"))
    assert "Stop infusion, and do not resume?" in text
    assert "EPDS, version 1: 10 items, the total shown" in text
    assert "item_10: 0 to 3; a clinician at once above 0" in text
