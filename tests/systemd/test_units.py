"""The units as systemd reads them. What only a booted systemd shows is named in docs/operations.md."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
ANALYZE = shutil.which("systemd-analyze")

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="not on this machine: systemd-analyze")

MOST_EXPOSED = 1.5


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, check=False)


def every_unit() -> list[Path]:
    return sorted([*UNITS.glob("*.service"), *UNITS.glob("*.timer")])


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for unit in every_unit():
        text = unit.read_text()
        # The programs are not installed here: verify asks whether they can be run.
        text = re.sub(
            r"/opt/monitord/current/bin/monitord|/usr/bin/(cage|chromium)", "/bin/true", text
        )
        (tmp_path / unit.name).write_text(text)
    units = [tmp_path / unit.name for unit in every_unit()]
    # A template is verified as one of its units.
    names = [str(unit).replace("@.", "@example.") for unit in units]
    done = analyze("verify", "--man=no", *names)
    said = [line for line in done.stderr.splitlines() if "monitord" in line]
    assert (done.returncode, said) == (0, []), done.stderr


@pytest.mark.parametrize("unit", ["monitord.service", "monitord-watcher.service"])
def test_a_unit_that_always_runs_is_hardly_exposed(unit: str) -> None:
    done = analyze("security", "--offline=true", "--no-pager", str(UNITS / unit))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= MOST_EXPOSED


def test_the_daemon_is_restarted_for_ever_and_every_failure_is_told() -> None:
    text = (UNITS / "monitord.service").read_text()
    for line in ("Type=notify", "Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=10s"):
        assert f"\n{line}\n" in text
    assert "OnFailure=monitord-notice@" in text
    assert "ExecStopPost=+" in text
