"""The installer with real versions of monitord on a real journal; only systemd is played, by a script that starts and
stops the daemon. A version here is this checkout under another number; a faulty one can do everything but run.
"""

import base64
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from pathlib import Path

import httpx2
import pytest

from tests.peers import GENEROUS_S
from tests.ward import ROOT, Ward, ward

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

MAIN = """\
import sys
from tests.peers import GENEROUS_S
def main() -> None:
    if {faulty} and sys.argv[1:2] == ["run"]:
        sys.exit(1)
    from monitord.cli import main
    main()
"""

SYSTEMCTL = """\
#!/bin/sh
echo "$*" >>"$ROOM/calls"
case $1-$2 in
    stop-monitord.service)
        pid=$(cat "$ROOM/pid")
        kill "$pid" 2>/dev/null
        while readlink "/proc/$pid/exe" >/dev/null 2>&1; do sleep 0.05; done ;;
    start-monitord.service)
        # A version that cannot run is a start that failed, as systemd says it of Type=notify.
        [ "$(basename "$(readlink "$ROOM/opt/current")")" != 1.1 ] || exit 1
        # As systemd does: what runs is not started again. One that ended and was not yet waited for has a
        # process number still, and no program.
        readlink "/proc/$(cat "$ROOM/pid" 2>/dev/null)/exe" >/dev/null 2>&1 && exit 0
        setsid "$ROOM/opt/current/bin/monitord" run -c "$ROOM/suite.yaml" >>"$ROOM/log" 2>&1 &
        echo $! >"$ROOM/pid" ;;
    list-units-*) echo "monitord-hospital-worker@2.service loaded active running worker 2" ;;
esac
"""


VENV = """\
#!/bin/sh
# Python, but for a virtual environment: the first is made, each later one is a copy, in a tenth of the time.
[ "$1 $2" = "-m venv" ] || exec {python} "$@"
[ -d "$ROOM/venv" ] || {python} -m venv "$ROOM/venv" || exit 1
cp -a "$ROOM/venv" "$3"
"""


def entry_points() -> str:
    """The command of this version, and the plug-ins of this checkout."""
    lines = ["[console_scripts]", "monitord = monitord_version:main"]
    for each in distribution("monitord").entry_points:
        if each.group != "console_scripts":
            lines += [f"[{each.group}]", f"{each.name} = {each.value}"]
    return "\n".join(lines) + "\n"


def wheel(folder: Path, version: str, *, faulty: bool = False) -> str:
    """A wheel `monitord` that runs this checkout with these libraries; its digest for the lock."""
    about = f"monitord-{version}.dist-info"
    files = {
        "monitord_version.py": MAIN.format(faulty=faulty),
        "monitord_here.pth": f"{ROOT}\n{sysconfig.get_path('purelib')}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: monitord\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": entry_points(),
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        f"{len(text.encode())}\n"
        for name, text in files.items()
    )
    path = folder / f"monitord-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, f"{about}/RECORD": f"{record}{about}/RECORD,,\n"}.items():
            archive.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bundle(folder: Path, version: str, *, faulty: bool = False, mark: str = "") -> Path:
    """What `./dev bundle` packs, as far as the installer looks at it."""
    unpacked = folder / f"monitord-{version}"
    for name in ("wheels", "locks", "docs"):
        (unpacked / name).mkdir(parents=True)
    digest = wheel(unpacked / "wheels", version, faulty=faulty)
    lock = unpacked / "locks" / f"{PYTHON}-{platform.machine()}.txt"
    lock.write_text(f"monitord=={version} --hash=sha256:{digest}\n")
    (unpacked / "VERSION").write_text(f"{version}\n")
    (unpacked / "sbom.cdx.json").write_text("{}")
    shutil.copytree(ROOT / "systemd", unpacked / "systemd")
    with (unpacked / "systemd" / "monitord.service").open("a") as unit:
        unit.write(mark)
    shutil.copy2(ROOT / "SECURITY.md", unpacked)
    shutil.copy2(ROOT / "config" / "suite.yaml", unpacked / "suite.example.yaml")
    for script in ("install.sh", "upgrade.sh"):
        shutil.copy2(ROOT / "release" / script, unpacked)
    files = sorted(path for path in unpacked.rglob("*") if path.is_file())
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(unpacked)}\n"
        for path in files
    ]
    (unpacked / "SHA256SUMS").write_text("".join(sums))
    return unpacked


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder that stands for a machine: /opt, the suite file, the journal, a played systemd."""

    room: Path
    ward: Ward
    mark: str = ""
    """What the bundles have below their unit of the daemon, to tell it from the one before."""

    def install(self, version: str, *options: str, faulty: bool = False) -> tuple[int, str]:
        """Status and what it said."""
        unpacked = self.room / "bundles" / f"monitord-{version}"
        if not unpacked.exists():
            bundle(self.room / "bundles", version, faulty=faulty, mark=self.mark)
        options = (*options, "--ready-within", "1" if faulty else str(GENEROUS_S))
        return self.run(unpacked / "install.sh", *options)

    def run(self, script: Path, *options: str) -> tuple[int, str]:
        """The same of a script that lies anywhere, with this machine's places."""
        options = (*options, "--prefix", str(self.room / "opt"), "--config", str(self.ward.file))
        options = (*options, "--state", str(self.room / "state"), "--root", str(self.room))
        done = subprocess.run(
            ["sh", "-c", 'umask 077; exec sh "$@"', "sh", str(script), *options],
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                "PATH": f"{self.room / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
                "ROOM": str(self.room),
                "RUNTIME_DIRECTORY": str(self.room),
            },
        )
        return done.returncode, done.stderr

    @property
    def current(self) -> str:
        return (self.room / "opt" / "current").readlink().name

    def systemctl(self, *words: str) -> None:
        subprocess.run(
            [self.room / "bin" / "systemctl", *words],
            check=True,
            env={**os.environ, "ROOM": str(self.room), "RUNTIME_DIRECTORY": str(self.room)},
        )

    def ready(self) -> bool:
        try:
            return self.ward.get("/health/ready").json()["ready"] is True
        except httpx2.HTTPError:
            return False


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """With version 1.0 running, until a test upgrades it: what a way back leaves is what an upgrade starts from."""
    tmp_path = tmp_path_factory.mktemp("machine")
    for name in ("bin", "bundles", "state", "run/systemd/system"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("systemctl", "systemd-sysusers", "udevadm"):
        program = tmp_path / "bin" / name
        program.write_text(SYSTEMCTL if name == "systemctl" else "#!/bin/sh\n")
        program.chmod(0o755)
    python = tmp_path / "bin" / f"python{PYTHON}"
    python.write_text(VENV.format(python=sys.executable))
    python.chmod(0o755)
    with ward(tmp_path) as suite:
        there = Machine(tmp_path, suite)
        # No udevd takes the rules here.
        (tmp_path / "bin/udevadm").write_text("#!/bin/sh\nexit 1\n")
        document = suite.file.read_text()
        suite.file.unlink()
        status, said = there.install("1.0")
        assert (status, there.current) == (0, "1.0"), said
        assert "Next: monitord setup" in said
        assert "no udevd took the rules" in said
        # Whatever root's umask: the service's account reads what was installed.
        program = tmp_path / "opt/versions/1.0/bin/monitord"
        assert program.stat().st_mode & 0o055 == 0o055
        assert (tmp_path / "etc/monitord").stat().st_mode & 0o055 == 0o055
        # The suite file that is made next may name a sounder: its unit has the card already.
        units = tmp_path / "etc/systemd/system"
        assert (units / "monitord.service.d/sound.conf").is_file()
        there = replace(there, mark="# of the next version\n")
        command = tmp_path / "usr/local/bin/monitord"
        assert command.resolve() == (tmp_path / "opt/versions/1.0/bin/monitord")
        assert (tmp_path / "opt/current/share/monitord/suite.example.yaml").is_file()
        suite.file.write_text(document)
        there.systemctl("start", "monitord.service")
        try:
            suite.until(there.ready, GENEROUS_S, "ready")
            yield there
        finally:
            with suppress(ProcessLookupError):
                os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


def test_a_version_that_does_not_become_ready_gives_way_to_the_old_one(machine: Machine) -> None:
    before = machine.current
    status, said = machine.install("1.1", faulty=True)
    assert status == 1
    assert "not ready after 1 s: going back" in said
    assert machine.current == before
    machine.ward.until(machine.ready, GENEROUS_S, "the old version runs again")
    assert (machine.room / "journal.db.replaced").is_file()
    assert machine.mark not in (machine.room / "etc/systemd/system/monitord.service").read_text()


def test_an_upgrade_replays_switches_and_waits_until_it_is_ready(machine: Machine) -> None:
    machine.ward.admit("1")
    before = machine.current
    units = machine.room / "etc/systemd/system"
    bindings = machine.room / "etc/udev/rules.d/60-monitord.rules"
    bound = 'SUBSYSTEM=="tty", KERNELS=="1-1.2", SYMLINK+="monitord/bed1"\n'
    bindings.write_text(bound)
    older = (units / "monitord.service").read_text()
    for version in ("2.0", before):
        status, said = machine.install(version)
        assert status == 1
        assert "1 session is open: nothing was changed" in said
        assert machine.current == before
    assert (units / "monitord.service").read_text() == older
    assert bindings.read_text() == bound
    document = machine.ward.document()
    speaker = {"notifier": "command", "run": ["/bin/true"], "sound": True}
    document["destinations"]["speaker"] = speaker
    machine.ward.write(document)
    drop_in = machine.room / "etc/systemd/system/monitord.service.d/sound.conf"
    drop_in.unlink(missing_ok=True)
    signed = document["approvals"][0]["digest"]
    document["approvals"][0]["digest"] = "0" * 12
    machine.ward.write(document)
    status, said = machine.install("2.1", "--force")
    assert (status, machine.current) == (1, before)
    assert "approvals are missing: nothing was changed" in said
    assert re.search(r"warning: \S+ changed after .* approved #0{12}", said)
    document["approvals"][0]["digest"] = signed
    machine.ward.write(document)
    status, said = machine.install("2.2", "--force")
    assert (status, machine.current) == (0, "2.2"), said
    assert machine.ready()
    # The daemon's unit has the sound card where the suite file names a sounder.
    assert "DeviceAllow=char-alsa rw" in drop_in.read_text()
    (tile,) = machine.ward.get("/api/beds").json()["beds"]
    assert tile["session"]["stage"] == "admitted"
    assert f"{before} -> " in (machine.room / "state" / "upgrades.log").read_text().replace(
        f"{machine.room}/opt/versions/", ""
    )
    assert f"{bindings} was edited, and stays as it is" in said
    assert bindings.read_text() == bound
    # What only our own versions wrote goes with the version.
    assert (units / "monitord.service").read_text() == older + machine.mark
    # The hospital's programs go with it; nobody enabled them.
    calls = (machine.room / "calls").read_text()
    hospital = "monitord-hospital.service monitord-hospital-worker@*.service"
    assert f"try-restart {hospital}" in calls.partition("stop monitord.service")[2]
    assert not re.search(r"enable .*hospital", calls)
    assert {path.name for path in units.glob("monitord-hospital*")} == {
        "monitord-hospital.service",
        "monitord-hospital-worker@.service",
    }


def test_a_removal_keeps_the_record_or_purges_it_as_asked(machine: Machine) -> None:
    """The last one here: nothing is left of the machine."""
    units, journal = machine.room / "etc/systemd/system", machine.room / "journal.db"
    # Open already where the test before ran: refused then.
    machine.ward.act("1", type="admit", pseudonym="P-1", protocol="ketamine_iv_0_5_40")
    wants = units / "multi-user.target.wants"
    wants.mkdir()
    (wants / "monitord-hospital-worker@1.service").symlink_to(
        "../monitord-hospital-worker@.service"
    )
    script = machine.room / "opt/current/share/monitord/install.sh"
    status, said = machine.run(script, "--remove", "keep")
    assert status == 1
    assert "open: nothing was changed" in said
    (machine.room / "state").mkdir(exist_ok=True)
    status, said = machine.run(script, "--remove", "keep", "--force")
    assert status == 0, said
    assert "monitord is gone. The record stays" in said
    # Workers too, those that run and those that are enabled only.
    calls = (machine.room / "calls").read_text()
    for number in (1, 2):
        assert f"disable --now monitord-hospital-worker@{number}.service" in calls
    assert not (machine.room / "opt").exists()
    assert not list(units.glob("monitord*.service"))
    assert not (machine.room / "usr/local/bin/monitord").is_symlink()
    assert journal.is_file()
    assert (machine.room / "etc/monitord/secrets").is_dir()
    status, said = machine.run(bundle(machine.room, "9.0") / "install.sh", "--remove", "purge")
    assert status == 0, said
    assert not (machine.room / "etc/monitord").exists()
    assert not (machine.room / "state").exists()
    assert not list((machine.room / "etc/udev/rules.d").iterdir())
