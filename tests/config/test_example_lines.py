"""Every line that the example suite shows as an option can be used as it stands, or says what it goes together with."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app

EXAMPLE = Path(__file__).parents[2] / "config" / "suite.yaml"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
OPTIONS = {
    at: found[1] + found[2]
    for at, text in enumerate(LINES)
    if (found := re.match(r"^(\s*)# ([a-z_]+:\s.*)$", text))
}
TOGETHER = {
    "password_file": "user: a password needs one",
    "url_file": "name one of `url` and `url_file`",
    "answers": "`answers` and `reply` go together",
    "reply": "`answers` and `reply` go together",
}


@pytest.mark.parametrize(
    "at", OPTIONS, ids=[text.split(":")[0].strip() for text in OPTIONS.values()]
)
def test_a_line_that_is_shown_can_be_used(tmp_path: Path, at: int) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(
        "\n".join([*LINES[:at], OPTIONS[at], *LINES[at + 1 :]]) + "\n", encoding="utf-8"
    )
    answer = CliRunner().invoke(app, ["check", str(path)])
    said = TOGETHER.get(OPTIONS[at].split(":")[0].strip())
    faults = [line for line in answer.output.splitlines() if line.startswith("fault: ")]
    # The files and programs that the example names are of another machine.
    gone = (
        ": there is no file ",
        "from here: No such file or directory",
        " is no program on this machine",
    )
    usable = all(any(words in fault for words in gone) for fault in faults)
    assert (said in answer.output) if said else usable, answer.output


@pytest.mark.parametrize(
    "line",
    ["headers: {Authorization: Bearer example}", "token: example", "more: {token: example}"],
)
def test_a_secret_itself_is_still_a_fault(tmp_path: Path, line: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    url = "    url: https://pager.example/alarms\n"
    assert url in text
    path = tmp_path / "suite.yaml"
    path.write_text(text.replace(url, f"{url}    {line}\n"), encoding="utf-8")
    answer = CliRunner().invoke(app, ["check", str(path)])
    assert answer.exit_code == 2
    assert "no secrets in this file" in answer.output
