"""The units as systemd reads them. What only a booted systemd shows is named in docs/operations.md."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from monitord.config.checks.named_files import SECRETS

UNITS = Path(__file__).parents[2] / "systemd"
ANALYZE = shutil.which("systemd-analyze")

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="not on this machine: systemd-analyze")

MOST_EXPOSED = {
    "monitord.service": 1.5,
    "monitord-watcher.service": 1.5,
    "monitord-backup.service": 2.5,
    "monitord-notice@.service": 2.5,
    "monitord-kiosk.service": 3.5,
    "monitord-hospital.service": 1.5,
    "monitord-hospital-worker@.service": 1.5,
}
"""By unit, by systemd's own measure (0 to 10). A browser that draws needs more than the others."""


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


def test_every_unit_has_its_bound() -> None:
    assert {unit.name for unit in UNITS.glob("*.service")} == set(MOST_EXPOSED)


@pytest.mark.parametrize("unit", list(MOST_EXPOSED))
def test_no_unit_is_exposed_beyond_its_bound_or_leaves_memory_in_a_core(unit: str) -> None:
    assert "\nLimitCORE=0\n" in (UNITS / unit).read_text()
    done = analyze("security", "--offline=true", "--no-pager", str(UNITS / unit))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= MOST_EXPOSED[unit]


@pytest.mark.parametrize("unit", ["monitord.service", "monitord-backup.service"])
def test_what_opens_the_journal_is_handed_the_password_of_a_server(unit: str) -> None:
    """By the name that systemd gives a file of the folder, and where only this unit reads it."""
    lines = (UNITS / unit).read_text().splitlines()
    (loaded,) = (each.partition("=")[2] for each in lines if each.startswith("LoadCredential="))
    name, _, folder = loaded.partition(":")
    assert folder == str(SECRETS)
    assert f"Environment=PGPASSFILE=%d/{name}_pgpass" in lines


def test_a_sounder_opens_the_daemons_sandbox_for_the_sound_card_alone(tmp_path: Path) -> None:
    """The drop-in is read as if it stood in the unit; systemd asks no further right for it."""
    unit = tmp_path / "monitord.service"
    service, install = (UNITS / "monitord.service").read_text().split("[Install]")
    sound = (UNITS / "sound.conf").read_text().replace("[Service]", "")
    unit.write_text(f"{service}{sound}\n[Install]{install}")
    done = analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= MOST_EXPOSED["monitord.service"]
    assert "audio" not in (UNITS / "monitord.service").read_text()


def test_the_daemon_is_restarted_for_ever_and_every_failure_is_told() -> None:
    text = (UNITS / "monitord.service").read_text()
    for line in ("Type=notify", "Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=10s"):
        assert f"\n{line}\n" in text
    assert "OnFailure=monitord-notice@" in text
    # A machine without a network must not wait for a clock.
    assert "time-sync" not in re.sub("#.*", "", text)
    assert "ExecStopPost=+" in text
