"""docs/examples/count_again.py: pandas counts what monitord prints, in each file, and says where it does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.effort import thorough

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "examples" / "count_again.py"
pytest.importorskip("pandas")


def counted(script: Path, folder: Path) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, script, folder], capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def test_pandas_counts_the_alarms_of_the_shipped_recordings() -> None:
    code, lines = counted(SCRIPT, ROOT / "config" / "recordings")
    assert (code, lines[-1]) == (0, "every number is the same")
    assert any(line.split()[1:] == ["spo2_low", "2", "2"] for line in lines)


def test_another_number_is_named_and_the_script_fails(tmp_path: Path) -> None:
    """As if monitord counted wrongly: its rules have another limit than the script."""
    night = tmp_path / "night"
    night.mkdir()
    shutil.copy(ROOT / "config" / "recordings" / "infusion.csv", night)
    shutil.copy(SCRIPT, tmp_path)
    rules = SCRIPT.with_name("three_rules.yaml").read_text()
    (tmp_path / "three_rules.yaml").write_text(rules.replace('"<93"', '"<85"'))
    code, lines = counted(tmp_path / SCRIPT.name, night)
    assert (code, lines[-1]) == (1, "1 numbers differ")


SOME = (
    "checkme-o2-max-20260309.csv",
    "s00001_numerics.csv",
    "s00001-2896-10-10-00-31n.hea",
    "*n.dat",
)
"""A night once a second, a ward once a minute as a table, and as a record of PhysioNet."""


def test_pandas_counts_the_alarms_of_public_recordings(shared_data: Path, tmp_path: Path) -> None:
    """Each file is a command of its own, and that of a thousand stays takes a minute: all of them with `--thorough`."""
    pytest.importorskip("wfdb")
    for file in shared_data.rglob("*"):
        if file.is_file() and (thorough() or any(map(file.match, SOME))):
            place = tmp_path / file.relative_to(shared_data)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(file)
    code, lines = counted(SCRIPT, tmp_path)
    assert (code, lines[-1]) == (0, "every number is the same"), lines
    numbers = [line.split() for line in lines[1:-1]]
    assert ["s00001_numerics.csv", "nibp_sys_high", "2", "2"] in numbers
    assert ["checkme-o2-max-20260309.csv", "spo2_low", "19", "19"] in numbers
    files = {path.name for path in tmp_path.rglob("*") if path.name.endswith((".csv", ".hea"))}
    assert files <= {row[0] for row in numbers}
