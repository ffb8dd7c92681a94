"""Import paths that the guides show are public: those of 0.1.0 go on to work, and today's work."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN_BY_0_1_0 = (Path(__file__).parent / "public_0_1_0" / "imports.txt").read_text().splitlines()

_IMPORT = re.compile(r"^\s*from ((?:monitord|devices)[\w.]*) import (\([^)]*\)|.+)$", re.MULTILINE)


def names_of(imported: str) -> list[str]:
    """What is imported, by the name that it has there."""
    return re.findall(r"\w+", re.sub(r" as \w+", "", imported))


def shown() -> list[str]:
    """Each name that the guides and examples of today import, as a line of its own."""
    guides = [ROOT / "docs" / f"{name}.md" for name in ("drivers", "notifiers", "replay")]
    texts = [file.read_text() for file in (*guides, *ROOT.glob("docs/examples/*/*.py"))]
    notebook = json.loads((ROOT / "docs" / "examples" / "replay.ipynb").read_text())
    texts += ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = (match for text in texts for match in _IMPORT.finditer(text))
    return sorted({f"from {each[1]} import {name}" for each in found for name in names_of(each[2])})


@pytest.mark.parametrize("line", sorted({*SHOWN_BY_0_1_0, *shown()}))
def test_a_name_that_a_guide_imports_is_there(line: str) -> None:
    _, module, _, name = line.split()
    if not hasattr(import_module(module), name):
        import_module(f"{module}.{name}")


def test_the_guides_show_imports_of_both_packages() -> None:
    for lines in (SHOWN_BY_0_1_0, shown()):
        assert any("from monitord.kit" in line for line in lines)
        assert any("from devices.stream" in line for line in lines)
        assert len(lines) > 20
