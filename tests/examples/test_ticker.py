"""The third-party package of docs/drivers.md: found, verified, tested and run by a daemon."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from monitord.kit import verify
from monitord.plugins import load_plugins
from tests.daemon.livekit import Paper, live, running
from tests.peers import PseudoTerminal, until
from tests.program import Command
from tests.release.guides import commands_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "docs" / "examples" / "ticker"
OF_0_1_0 = Path(__file__).parent / "public_0_1_0" / "ticker"
"""The example as version 0.1.0 showed it: never changed, and each file named `.txt` so that no tool changes it."""


def dist_info(package: Path, folder: Path) -> None:
    """What pip writes for the package: the entry points of its own pyproject.toml."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / f"monitord_ticker-{project['version']}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head)
    groups = (
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text("\n".join(groups))


@pytest.fixture(params=["today", "0.1.0"])
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The example of today, or that of 0.1.0: what somebody wrote then goes on to work."""
    if request.param == "today":
        return PACKAGE
    folder = tmp_path / "ticker_0_1_0"
    folder.mkdir()
    for file in OF_0_1_0.iterdir():
        shutil.copy(file, folder / file.name.removesuffix(".txt"))
    return folder


@pytest.fixture
def installed(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The package beside monitord; the paths that another process needs to find it."""
    where = tmp_path / "site"
    where.mkdir()
    dist_info(package, where)
    paths = [str(where), str(package)]
    for path in paths:
        monkeypatch.syspath_prepend(path)
    yield paths
    for name in ("ticker", "ear", "lamp"):
        sys.modules.pop(name, None)


def test_the_package_is_found_beside_the_bundled_ones(installed: list[str]) -> None:
    plugins = load_plugins()
    assert plugins.drivers["ticker"].title.startswith("Ticker")
    assert plugins.notifiers["lamp"].title.startswith("Ticker")
    (found,) = [p for p in plugins.found if p.name == "ticker"]
    assert found.package == "monitord-ticker"


@pytest.mark.parametrize("name", ["ticker", "ear", "lamp"])
def test_the_kit_finds_nothing_broken_and_leaves_nothing_out(
    installed: list[str], package: Path, name: str
) -> None:
    if not (package / f"{name}.py").exists():
        pytest.skip("it came after 0.1.0")
    others = [str(verdict) for verdict in verify(name) if verdict.outcome != "kept"]
    # A thermometer is silent between measurements, so that its silence is nothing to check.
    assert [each for each in others if name != "ear" or "silen" not in each] == []
    assert len(others) <= 1


def test_the_commands_of_the_guide_run_as_they_stand(
    installed: list[str], monitord: Command
) -> None:
    told = [each.words for each in commands_of("docs/drivers.md") if each.told]
    assert ("monitord", "devices", "--verify", "ticker") in told
    for words in told:
        done = monitord(*words[1:])
        assert done.code == 0, done.out + done.err


def test_its_own_tests_pass_with_the_pytest_plug_in(
    package: Path, installed: list[str], tmp_path: Path
) -> None:
    # A copy: the run leaves its own things behind.
    shutil.copytree(package, tmp_path / "package", ignore=shutil.ignore_patterns("__pycache__"))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers"],
        cwd=tmp_path / "package",
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(installed),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert run.returncode == 0, run.stdout
    assert re.search(r"\d\d passed(, 1 skipped)? in", run.stdout)


def test_its_twin_is_played_in_a_scenario_and_judged(
    installed: list[str], package: Path, monitord: Command, tmp_path: Path
) -> None:
    if package != PACKAGE:
        pytest.skip("its twin came after 0.1.0")
    scenario = tmp_path / "low.yaml"
    scenario.write_text(
        """\
title: A finger at 80 %
protocol: ketamine_iv_0_5_40
lasts: 12s
devices: {oximeter: ticker}
series: [{source: oximeter, spo2: 97x2 78x12, pulse_rate: 72x14}]
expect: [{alarm: spo2_low, priority: high, between: [2s, 12s]}]
"""
    )
    done = monitord("play", scenario)
    assert done.code == 0, done.out + done.err
    assert "1 expectations, 0 not met" in done.out


async def test_a_daemon_reads_its_oximeter_and_lights_its_lamp(
    installed: list[str], tmp_path: Path
) -> None:
    lamp, ticker = import_module("lamp"), import_module("ticker")

    terminal = PseudoTerminal(tmp_path / "line")
    spo2 = [97]

    async def finger() -> None:
        while True:
            with contextlib.suppress(OSError):
                terminal.write(ticker.encode(ticker.Oximetry(spo2=spo2[-1], pulse_rate=72)))
            await asyncio.sleep(0.1)

    peer = lamp.LampPeer()
    device: dict[str, Any] = {
        "driver": "ticker",
        "port": str(terminal.path),
        "accept_unverified": True,
    }
    async with peer.running():
        paper = Paper(
            folder=tmp_path,
            beds={"1": {"oximeter": device}},
            destinations={"lamp": {"notifier": "lamp", **peer.settings}},
        )
        async with running(finger()), live(paper) as ward:
            await ward.desk.infuse("1")
            await until(lambda: ward.daemon.host.beds()["1"].readings)
            spo2.append(83)
            await ward.until("spo2_low", "start")
            await until(lambda: "red" in peer.colours)
            spo2.append(98)
            await ward.until("spo2_low", "clear")
            await until(lambda: peer.colours[-1] == "off")
    assert len(peer.keys) == len(set(peer.keys))
    terminal.unplug()


def test_the_guide_shows_the_package_as_it_is() -> None:
    """Every code block of docs/drivers.md that names a file is a part of that file."""
    guide = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
    blocks = re.findall(r"`([\w.]+)`:\n\n```\w*\n(.*?)```", guide, re.DOTALL)
    assert {name for name, _ in blocks} >= {"ticker.py", "lamp.py", "pyproject.toml"}
    for name, block in blocks:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        for part in block.split("    ...\n"):
            assert part.strip("\n") in text, (name, part)


def test_the_guide_says_from_where_each_name_of_the_example_comes() -> None:
    guide = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
    table = guide.split("leave out what they import:\n\n")[1].split("\n\n")[0]
    taught: dict[str, str] = {}
    for line in table.splitlines()[2:]:
        source, names = line.split("|")[1:3]
        module = source.strip().strip("`")
        for name in re.findall(r"`(\w+)`", names):
            assert hasattr(import_module(module), name), f"{module} has no {name}"
            taught[name] = module
    used = r"^from (devices[\w.]*|monitord\.kit) import (.+)$"
    for file in PACKAGE.glob("*.py"):
        for module, words in re.findall(used, file.read_text(encoding="utf-8"), re.MULTILINE):
            assert {taught.get(each) for each in words.split(", ")} == {module}, words
