"""The sheets in docs/sheets are what a medical director would sign today."""

import pytest

from tests.release.sheets import FOLDER, named, text

SHEETS = {name: (protocol, overlays) for name, protocol, overlays in named()}


def test_each_protocol_has_a_sheet_and_one_under_each_of_its_overlays() -> None:
    assert sorted(file.name for file in FOLDER.glob("*.txt")) == sorted(SHEETS)
    assert len(SHEETS) > 4


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_a_kept_sheet_is_what_is_printed(name: str) -> None:
    kept = (FOLDER / name).read_text()
    assert kept == text(*SHEETS[name]), "run: .venv/bin/python -m tests.release.sheets"
