"""What can be said of package, container and walk without making them: `release/make` and `release/walk` do the rest."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.release.guides import ROOT, commands_of

RELEASE = ROOT / "release"
DEBIAN = RELEASE / "debian"
WALKS = RELEASE / "walks"
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

ELSEWHERE = {
    "sudo monitord setup /etc/monitord/suite.yaml": "asks: tests/systemd/test_setup.py",
    "monitord setup try.yaml --port /tmp/finger": "asks: tests/systemd/test_setup.py",
    "sudo monitord setup /etc/monitord/suite.yaml --port tcp://127.0.0.1:4001": "asks: the same",
    "monitord test-destination pager -c /etc/monitord/suite.yaml": "asks: tests/notify/test_destination_trial.py",
    "sudo nano /etc/monitord/suite.yaml": "an editor, for whoever prefers one",
    "cd monitord-0.1.0": "the folder of the lines before and after it",
    "monitord run -c try.yaml": "the walks run it as the service",
    "monitord simulate nonin --port /tmp/finger": "the walks play it on TCP, where the service may read",
    "monitord verify -c /etc/monitord/suite.yaml --head 4711:9f86d0...": "a head of somebody's own log",
}
"""Commands that neither a test nor a walk runs word for word, and why."""


def rendered(name: str, folder: Path) -> Path:
    """A maintainer script as debian/rules makes it."""
    text = (DEBIAN / f"{name}.in").read_text()
    shared = (RELEASE / "upgrade.sh").read_text()
    path = folder / name
    path.write_text(
        re.sub(r"(?m)^#UPGRADE#$", lambda _: shared, text).replace("@VERSION@", "1.0-1")
    )
    return path


def plain(command: str) -> str:
    """Without quotes, comments and doubled blanks."""
    return " ".join(re.sub(r"[\"']", "", command).split())


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_every_script_of_a_release_can_be_read(shell: str, tmp_path: Path) -> None:
    scripts = [
        RELEASE / name
        for name in ("make", "walk", "install.sh", "upgrade.sh", "debian/shared_libraries")
    ]
    scripts += [*WALKS.glob("*.sh"), *(rendered(name, tmp_path) for name in SCRIPTS)]
    assert len(scripts) > 10
    for script in scripts:
        subprocess.run([shell, "-n", script], check=True)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_maintainer_script_does_nothing_where_dpkg_only_tells_it(
    name: str, tmp_path: Path
) -> None:
    script = rendered(name, tmp_path)
    assert "\n#DEBHELPER#\n" in script.read_text()
    for told in ("abort-upgrade", "failed-upgrade", "abort-remove", "disappear"):
        done = subprocess.run(
            ["sh", script, told, "1.0"],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": str(tmp_path)} if shutil.which("systemctl") is None else None,
        )
        assert (done.stdout, done.stderr) == ("", "")


def test_the_package_names_what_it_needs_and_what_it_recommends() -> None:
    control = (DEBIAN / "control").read_text()
    fields = dict(re.findall(r"(?m)^([\w-]+): (.+)$", control))
    assert fields["Architecture"] == "amd64 arm64"
    assert {"${monitord:Python}", "python3"} <= set(fields["Depends"].split(", "))
    assert set(fields["Recommends"].split(", ")) == {"alsa-utils", "mosquitto"}
    rules = (DEBIAN / "rules").read_text()
    assert "monitord:Python=$(PYTHON)" in rules
    # What it puts below /etc is a conffile, and dpkg leaves what somebody edited.
    put = (DEBIAN / "monitord.install").read_text().split("\n")
    assert [line.split()[1] for line in put if line] == ["etc/udev/rules.d", "etc/monitord"]


def test_each_setting_of_an_upgrade_is_read_and_stands_in_the_guide() -> None:
    keys = re.findall(r"(?m)^(\w+)=(\d+)$", (DEBIAN / "upgrade.conf").read_text())
    shared = (RELEASE / "upgrade.sh").read_text()
    (read,) = re.findall(r"for key in ([\w ]+); do", shared)
    assert [name for name, _ in keys] == read.split()
    for name, value in keys:
        assert re.search(rf"(?m)^{name}={value}$", shared), name
    assert "/etc/monitord/upgrade.conf" in (ROOT / "docs" / "operations.md").read_text()


def test_the_container_is_of_this_version_and_runs_as_the_services_account() -> None:
    lines = (RELEASE / "container" / "Containerfile").read_text().splitlines()
    steps = [line for line in lines if re.match(r"[A-Z]+ ", line)]
    assert steps[0].startswith("ARG BASE=")
    assert steps[1] == "FROM ${BASE}"
    assert "USER monitord" in steps
    assert not any(step.startswith("HEALTHCHECK") for step in steps), "an OCI image has none"
    compose = YAML(typ="safe").load((RELEASE / "container" / "compose.yaml").read_text())
    assert set(compose["services"]) == {"mosquitto", "monitord", "watcher"}
    assert "monitord.daemon.health.ready" in compose["services"]["monitord"]["healthcheck"]["test"]
    for name in ("monitord", "watcher"):
        assert compose["services"][name]["image"].endswith(f"monitord:{VERSION}}}")
    named = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service["volumes"]
        if volume[0].isalpha()
    }
    assert named == set(compose["volumes"])


def test_the_guides_name_the_files_of_this_version() -> None:
    for guide in ("installation.md", "operations.md"):
        text = (ROOT / "docs" / guide).read_text()
        named = re.findall(r"monitord[-_](\d+\.\d+\.\d+)", text)
        assert set(named) == {VERSION}, guide


def test_what_an_operator_types_is_run_by_a_test_or_by_a_walk_word_for_word() -> None:
    walked = plain(" ".join(path.read_text() for path in WALKS.glob("*.sh")))
    left = set()
    for guide in ("installation", "operations", "suite"):
        for command in commands_of(f"docs/{guide}.md"):
            if command.told and command.reason is not None:
                text = plain(" ".join(command.words))
                if text not in walked and text not in {plain(each) for each in ELSEWHERE}:
                    left.add(text)
    assert left == set()


def test_whoever_installs_is_told_first_what_to_take() -> None:
    heads = re.findall(r"(?m)^## (.+)$", (ROOT / "docs" / "installation.md").read_text())
    assert heads[0] == "Which to take"
