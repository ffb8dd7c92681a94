"""Makes the offline bundles: everything that a bedside machine needs, one archive for amd64 and one for arm64.

`python release/bundle.py --out DIR [--target 3.11-x86_64 ...]`: wheels at the versions of requirements.lock, a lock with
hashes for each Python, units, udev rules, watcher, documents, SBOM (CycloneDX 1.6), SHA256SUMS and the installer.
Needs pip and a package index; what it makes needs neither.
"""

# ruff: noqa: INP001 - a program of its own, in no package

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name
from sbom import sbom

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
EXTRAS = ("demo", "notify", "postgres", "archive", "wfdb", "hospital")
FROM_SOURCE = ("nkeys",)
"""Given out without a wheel; Python alone, so that one wheel made here is good for every machine."""
GLIBC = ("2_28", "2_17", "2_5")
"""Debian 10 and later take manylinux_2_28; older wheels fit too."""
DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
"""How the machines are called where packages are made, and in the archive's name."""
PARTS = ("systemd", "docs", "LICENSE", "README.md", "SECURITY.md", "CHANGELOG.md")


@dataclass(frozen=True, slots=True)
class Target:
    """One Python on one kind of machine."""

    python: str
    machine: str

    @property
    def name(self) -> str:
        return f"{self.python}-{self.machine}"

    @property
    def environment(self) -> dict[str, str]:
        """What markers ask for."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.9",
            "platform_machine": self.machine,
            "platform_system": "Linux",
            "sys_platform": "linux",
            "os_name": "posix",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }

    @property
    def pip(self) -> list[str]:
        """How pip is told to look for somebody else's wheels."""
        digits = self.python.replace(".", "")
        options = ["--only-binary=:all:", "--no-deps", f"--python-version={self.python}"]
        options += ["--implementation=cp", f"--abi=cp{digits}", "--abi=abi3", "--abi=none"]
        options += [f"--platform=manylinux_{glibc}_{self.machine}" for glibc in GLIBC]
        old = {"2_17": "2014", "2_5": "1"}
        return [*options, *(f"--platform=manylinux{old[g]}_{self.machine}" for g in GLIBC[1:])]


def run(*command: str | Path) -> None:
    """A program that must succeed."""
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)  # noqa: S603 - our own command lines


def pins(target: Target) -> dict[str, str]:
    """Name to version, as the lock has them for the target."""
    found = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(target.environment):
                found[canonicalize_name(requirement.name)] = str(requirement.specifier)[2:]
    return found


def metadata(wheel: Path) -> Message:
    """The wheel's own description."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def needs(wheel: Path, extras: set[str], target: Target) -> Iterator[Requirement]:
    """What the wheel asks for there, with these of its extras."""
    for text in metadata(wheel).get_all("Requires-Dist", []):
        requirement = Requirement(text)
        asked = [{**target.environment, "extra": extra} for extra in ("", *extras)]
        if requirement.marker is None or any(map(requirement.marker.evaluate, asked)):
            yield requirement


def wheel_of(folder: Path, name: str, version: str) -> Path:
    """The file in the folder that holds it."""
    for path in folder.glob("*.whl"):
        head = path.name.split("-")
        if canonicalize_name(head[0]) == name and head[1] == version:
            return path
    raise SystemExit(f"no wheel of {name} {version}")


def collect(own: Path, target: Target, store: Path) -> dict[str, Path]:
    """Every wheel of the target, by name, without our own; downloads what is missing."""
    versions = pins(target)
    found: dict[str, Path] = {}
    known: dict[str, set[str]] = {}
    asked: list[tuple[Path, set[str]]] = [(own, set(EXTRAS))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        while asked:
            wanted: dict[str, set[str]] = {}
            for wheel, extras in asked:
                for requirement in needs(wheel, extras, target):
                    key = canonicalize_name(requirement.name)
                    more = set(requirement.extras)
                    if key != "monitord" and (key not in known or more - known[key]):
                        wanted.setdefault(key, set()).update(more)
            new = [key for key in wanted if key not in found]
            if new:
                exact = {key: f"{key}=={versions[key]}" for key in new}
                quiet = ("--quiet", "--disable-pip-version-check")
                pip = (sys.executable, "-m", "pip")
                for key in set(new) & set(FROM_SOURCE):
                    run(*pip, "wheel", *quiet, "--no-deps", "--wheel-dir", folder, exact.pop(key))
                    if not wheel_of(folder, key, versions[key]).name.endswith("-none-any.whl"):
                        raise SystemExit(f"{key} is not Python alone")
                run(*pip, "download", *quiet, *target.pip, "--dest", folder, *exact.values())
                found |= {key: wheel_of(folder, key, versions[key]) for key in new}
            for key, extras in wanted.items():
                known.setdefault(key, set()).update(extras)
            asked = [(found[key], known[key]) for key in wanted]
        for key, path in found.items():
            if not (store / path.name).exists():
                shutil.copy2(path, store / path.name)
            found[key] = store / path.name
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock(wheels: dict[str, Path]) -> str:
    """What `pip install --require-hashes` reads."""
    lines = [
        f"{key}=={path.name.split('-')[1]} --hash=sha256:{digest(path)}"
        for key, path in sorted(wheels.items())
    ]
    return "\n".join(lines) + "\n"


def build(out: Path, targets: list[Target]) -> Path:
    """The archive's path. The targets are of one machine."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check")
        run(*pip, "--no-deps", "--wheel-dir", work, ROOT)
        (own,) = work.glob("monitord-*.whl")
        version = own.name.split("-")[1]
        folder = work / f"monitord-{version}"
        store = folder / "wheels"
        store.mkdir(parents=True)
        (folder / "locks").mkdir()
        shutil.copy2(own, store)
        every: dict[str, Path] = {own.name: store / own.name}
        for target in targets:
            wheels = {"monitord": store / own.name, **collect(own, target, store)}
            (folder / "locks" / f"{target.name}.txt").write_text(lock(wheels), encoding="utf-8")
            every |= {path.name: path for path in wheels.values()}
            print(f"{target.name}: {len(wheels)} wheels", flush=True)
        (folder / "VERSION").write_text(f"{version}\n", encoding="utf-8")
        (folder / "sbom.cdx.json").write_text(
            sbom(version, [(path, metadata(path), digest(path)) for path in every.values()]),
            encoding="utf-8",
        )
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                skip = shutil.ignore_patterns("__pycache__", "*.pyc")
                shutil.copytree(source, folder / part, ignore=skip)
            elif source.exists():
                shutil.copy2(source, folder / part)
        shutil.copy2(ROOT / "config" / "suite.yaml", folder / "suite.example.yaml")
        for script in ("install.sh", "upgrade.sh"):
            shutil.copy2(Path(__file__).with_name(script), folder / script)
        (folder / "install.sh").chmod(0o755)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        sums = "".join(f"{digest(path)}  {path.relative_to(folder)}\n" for path in files)
        (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        archive = out / f"monitord-{version}-{DEBIAN[targets[0].machine]}.tar"
        with tarfile.open(archive, "w") as tar:  # wheels are compressed already
            tar.add(folder, folder.name)
        Path(f"{archive}.sha256").write_text(
            f"{digest(archive)}  {archive.name}\n", encoding="utf-8"
        )
    return archive


def main() -> None:
    """Options in, the archives' paths out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--target", action="append", metavar="PYTHON-MACHINE")
    options = parser.parse_args()
    names = options.target or [f"{python}-{machine}" for python in PYTHONS for machine in MACHINES]
    targets = [Target(*name.split("-")) for name in names]
    for machine in MACHINES:
        asked = [target for target in targets if target.machine == machine]
        if asked:
            archive = build(options.out.absolute(), asked)
            print(f"{os.path.relpath(archive)}  {archive.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
