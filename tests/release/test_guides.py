"""Every command that README and guides show is run, or is on a list with the reason; all can be parsed."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.release.guides import (
    FOUND_CHANGES,
    GUIDES,
    NOT_RUN,
    ROOT,
    Command,
    commands_of,
    every_command,
    parser_of,
    prepare,
    run,
)

EVERY = every_command()
RUN = [
    file for file in GUIDES if any(each.told and each.reason is None for each in commands_of(file))
]


@pytest.mark.parametrize("file", RUN)
def test_the_commands_of_a_guide_run_one_after_the_other(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    for command in commands_of(file):
        if command.told and command.reason is None:
            code, said = run(command, tmp_path)
            allowed = {0, 1} if " ".join(command.words).startswith(FOUND_CHANGES) else {0}
            assert code in allowed, f"{command}\n{said}"


@pytest.mark.parametrize(
    "command", [each for each in EVERY if each.told and "monitord" in each.words[:2]], ids=str
)
def test_a_command_on_a_line_of_its_own_is_one_that_the_program_takes(command: Command) -> None:
    words = command.words[command.words.index("monitord") :]
    words = words[: words.index(">")] if ">" in words else words
    known, rest = parser_of(words)
    known.make_context(known.name, rest)


@pytest.mark.parametrize("command", [each for each in EVERY if not each.told], ids=str)
def test_a_command_in_a_sentence_has_options_that_exist(command: Command) -> None:
    if command.words[0] == "./dev":
        return
    known, rest = parser_of(command.words)
    options = {
        name for parameter in known.params for name in (*parameter.opts, *parameter.secondary_opts)
    }
    assert {word for word in rest if re.match(r"--?[a-z]", word)} <= options | {"--help"}


def test_what_is_asked_of_dev_is_in_its_help() -> None:
    done = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True)
    known = set(re.findall(r"^  (\w+) ", done.stdout, re.MULTILINE))
    asked = {each.words[1] for each in EVERY if each.words[0] == "./dev"}
    assert asked
    assert asked <= known


@pytest.mark.parametrize("file", [*GUIDES, "CHANGELOG.md"])
def test_files_and_links_that_a_guide_names_exist(file: str) -> None:
    text = (ROOT / file).read_text()
    named = re.findall(
        r"[`( ]((?:monitord|devices|config|docs|tests|systemd|release|\.ci)/[\w./-]+)`", text
    )
    linked = re.findall(r"\]\((?!\w+:)([^)#]+)", text)
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {name for name in linked if not (ROOT / file).parent.joinpath(name).exists()} == set()


def test_files_of_the_tree_that_a_command_names_exist() -> None:
    named = {
        word
        for each in EVERY
        for word in each.words
        if re.match(r"(config|docs|tests|systemd|release)/", word)
    }
    assert len(named) > 3
    assert {name for name in named if not list(ROOT.glob(name))} == set()


def test_every_reason_for_not_running_is_still_needed_and_names_tests_that_exist() -> None:
    needed = {each.reason for each in EVERY if each.told} - {None}
    assert needed == set(NOT_RUN)
    for reason in NOT_RUN.values():
        for name in re.findall(r"tests/[\w/]+\.py", reason):
            assert (ROOT / name).is_file(), name
