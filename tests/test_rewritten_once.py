"""What one process rewrites, the others find."""

from pathlib import Path

import pytest
from _pytest.assertion import rewrite

from tests.rewritten_once import rewritten


def test_a_file_is_rewritten_to_where_pytest_looks(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    file = tmp_path / "test_of_one.py"
    file.write_text("def test_it():\n    assert [1] == [1]\n")
    rewritten([file], pytestconfig)
    cached = tmp_path / "__pycache__" / f"test_of_one{rewrite.PYC_TAIL}"
    assert rewrite._read_pyc(file, cached) is not None
    file.write_text("def test_it():\n    assert [1, 2] == [1, 2]\n")
    assert rewrite._read_pyc(file, cached) is None
