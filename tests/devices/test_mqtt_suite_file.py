"""What the documents show of an MQTT device is taken from a suite file, by `monitord check`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app

EXAMPLE = Path(__file__).parents[2] / "config" / "suite.yaml"
TOPIC = "topic: beds/bed2/{device}\n"


def checked(folder: Path, more: str) -> tuple[int, str]:
    """Of the example suite, with one more line for its MQTT device."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(TOPIC) == 1
    path = folder / "suite.yaml"
    path.write_text(text.replace(TOPIC, f"{TOPIC}        {more}\n"), encoding="utf-8")
    answer = CliRunner().invoke(app, ["check", str(path)])
    return answer.exit_code, answer.output


def test_the_line_that_the_example_shows_can_be_used(tmp_path: Path) -> None:
    (line,) = (
        each.strip(" #\n")
        for each in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if each.strip().startswith("# availability:")
    )
    code, output = checked(tmp_path, line)
    assert code == 0, output


@pytest.mark.parametrize(
    "words",
    ["online: [ready, busy], offline: gone", "online: up", "offline: [on, off]", "path: state"],
)
def test_words_of_availability_are_one_or_a_list(tmp_path: Path, words: str) -> None:
    code, output = checked(tmp_path, f"availability: {{topic: clinic/status, {words}}}")
    assert code == 0, output


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (
            "availability: {topic: clinic/status, online: [up], offline: [UP, down]}",
            "'up' stands in online and in offline",
        ),
        ("signals: []", "signals: name at least one"),
    ],
)
def test_what_would_never_be_read_is_a_fault_of_the_file(
    tmp_path: Path, more: str, fault: str
) -> None:
    code, output = checked(tmp_path, more)
    assert code == 2
    assert fault in output
