"""A snapshot of other code is not loaded."""

from pathlib import Path

import pytest

import monitord
from monitord.store.database.code_mark import code_mark


def test_the_mark_changes_with_the_engine_and_the_model_and_with_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "monitord"
    for folder in "engine/rules", "model", "station":
        (package / folder).mkdir(parents=True)
        (package / folder / "one.py").write_text("A = 1\n")
    monkeypatch.setattr(monitord, "__file__", str(package / "__init__.py"))

    def mark() -> str:
        code_mark.cache_clear()
        return code_mark()

    marks = [mark()]
    for changed in "engine/rules", "model", "station":
        (package / changed / "one.py").write_text("A = 2\n")
        marks.append(mark())
    code_mark.cache_clear()
    assert len(set(marks)) == 3
    assert marks[-1] == marks[-2]
    assert marks[0].startswith(monitord.__version__)
