"""Every command says in whole sentences what it does, shows an example that it takes, and loads little for that."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer import main as typer_main

from monitord.cli import COMMANDS, app
from tests.release.guides import ROOT

PROGRAM: Any = typer_main.get_command(app)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command by its words, the group of accounts and its own commands too."""
    for name in COMMANDS:
        command = PROGRAM.get_command(None, name)
        yield name, command
        for part, each in getattr(command, "commands", {}).items():
            yield f"{name} {part}", each


EVERY = dict(every_command())


def test_each_file_of_a_command_is_mounted() -> None:
    files = {path.stem for path in (ROOT / "monitord" / "commands").glob("*_command.py")}
    assert files == {f"{name.replace('-', '_')}_command" for name in COMMANDS}


@pytest.mark.parametrize("name", EVERY)
def test_help_says_what_goes_in_what_comes_out_a_default_and_an_example(name: str) -> None:
    text = " ".join((EVERY[name].help or "").split())
    assert re.search(r"\binput is\b", text), text
    assert re.search(r"\boutput\b|\bprints\b", text), text
    assert re.search(r"\bdefault\b|\bunless\b|\bwithout\b", text, re.IGNORECASE), text
    # From the first sentence, which the list of commands shows, to the example each is whole.
    told, _, example = text.partition(" For example: ")
    assert told.endswith(".")
    assert example.startswith(f"monitord {name} ") or name == "people", example


@pytest.mark.parametrize("name", EVERY)
def test_the_example_of_the_help_is_one_that_the_command_takes(name: str) -> None:
    _, _, example = " ".join((EVERY[name].help or "").split()).partition("For example: ")
    words = shlex.split(example)[1:]
    found = PROGRAM
    while hasattr(found, "commands"):
        found = found.get_command(None, words.pop(0))
    found.make_context(name, words).close()


@pytest.mark.parametrize("name", EVERY)
def test_each_option_is_explained_by_a_whole_sentence(name: str) -> None:
    for parameter in EVERY[name].params:
        if parameter.name != "help":
            text = parameter.help or ""
            assert text[:1].isupper() or text.startswith("`"), (parameter.name, text)
            assert text.endswith("."), (parameter.name, text)


LOADED = """
import sys
from monitord.cli import main
sys.argv = ["monitord", *{words!r}]
try:
    main()
except SystemExit:
    pass
sys.stdout = sys.__stderr__
print(*sorted(sys.modules))
"""


def loaded(*words: str) -> set[str]:
    """The modules that a process holds after these words."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(words=words)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "80"},
        cwd=ROOT,
    )
    return set(done.stderr.splitlines()[-1].split())


def ours(modules: set[str]) -> set[str]:
    return {each for each in modules if each.startswith(("monitord.", "devices."))}


FRAME = {"monitord.cli", "monitord.errors", "monitord.commands"}
OPTIONS = "monitord.commands.command_options"


def test_help_loads_the_commands_and_nothing_of_their_work() -> None:
    modules = loaded("--help")
    assert ours(modules) == FRAME | {OPTIONS} | {
        f"monitord.commands.{name.replace('-', '_')}_command" for name in COMMANDS
    }
    heavy = {"pydantic", "ruamel.yaml", "sqlalchemy", "fastapi", "aiomqtt", "numpy", "asyncio"}
    assert not heavy & modules


@pytest.mark.parametrize("name", ["run", "replay", "qualify", "people add"])
def test_the_help_of_a_command_loads_that_command_alone(name: str) -> None:
    modules = loaded(*name.split(), "--help")
    assert ours(modules) - {OPTIONS} == FRAME | {
        f"monitord.commands.{name.split(maxsplit=1)[0].replace('-', '_')}_command"
    }


HEAVY = {"fastapi", "uvicorn", "numpy", "sqlalchemy", "argon2"}


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (("check", "none.yaml"), set()),
        (("routes", "-c", "none.yaml"), set()),
        (("approve", "none"), set()),
        (("explain", "-c", "none.yaml", "--bed", "1"), {"sqlalchemy"}),
        (("verify", "--database", "none.db"), {"sqlalchemy"}),
        (("simulate", "none", "--port", "x"), set()),
    ],
)
def test_a_command_loads_what_it_needs_and_no_more(
    words: tuple[str, ...], needed: set[str]
) -> None:
    """Each ends at once, because what it is given is not there."""
    assert HEAVY & loaded(*words) == needed


def test_a_daemon_loads_no_numpy() -> None:
    """It is for recordings: a tenth of the time that a start takes, and 20 MB."""
    code = "import sys, monitord.daemon.service; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_no_option_is_declared_twice() -> None:
    """One with the same names, words and bounds in two commands stands in `command_options.py`."""
    places: dict[str, list[str]] = {}
    for file in sorted((ROOT / "monitord" / "commands").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.Option":
                places.setdefault(ast.unparse(node), []).append(file.name)
    assert len(places) > 50
    assert {option: files for option, files in places.items() if len(files) > 1} == {}
