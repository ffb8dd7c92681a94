"""The notebook and the Python of the guide run from top to bottom, in a process of their own."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_runs_and_shows_alarms() -> None:
    book = json.loads((ROOT / "docs" / "examples" / "replay.ipynb").read_text())
    cells = ["".join(each["source"]) for each in book["cells"] if each["cell_type"] == "code"]
    assert all(each["outputs"] == [] for each in book["cells"] if each["cell_type"] == "code")
    said = run("\n".join(cells))
    assert "spo2_low" in said
    assert "lost" in said


def test_the_python_of_the_replay_guide_runs() -> None:
    programs = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "replay.md").read_text(), re.DOTALL
    )
    over_recordings, live = map(run, programs)
    assert "medium spo2_low" in over_recordings
    assert "(spo2_low): alarm" in over_recordings
    assert "moved" in over_recordings or "lost" in over_recordings
    assert "T10:00:15+00:00 medium SpO2 87" in live
