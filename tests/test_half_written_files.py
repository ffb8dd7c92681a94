"""A test that reads what a running process writes meets every state that the file goes through."""

from pathlib import Path

import pytest

from tests.peers import whole_lines


@pytest.mark.parametrize("written", range(len('{"a": 1}\n{"b": "two"}\n') + 1))
def test_a_line_counts_from_its_end_on(tmp_path: Path, written: int) -> None:
    text = '{"a": 1}\n{"b": "two"}\n'
    file = tmp_path / "log"
    assert whole_lines(file) == [], "before the first"
    file.write_text(text[:written])
    assert whole_lines(file) == text.splitlines()[: text[:written].count("\n")]
