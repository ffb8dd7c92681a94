"""The bundle's parts: what a bill of materials says, and that the installer is a script that sh can read."""

import importlib.util
import json
import shutil
import subprocess
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

RELEASE = Path(__file__).parents[2] / "release"


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", RELEASE / "sbom.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def piece(name: str, *needs: str, licence: str = "MIT") -> tuple[Path, Message, str]:
    about = Message()
    about["Name"], about["Version"], about["License-Expression"] = name, "1.0", licence
    for need in needs:
        about["Requires-Dist"] = need
    return Path(f"{name}-1.0-py3-none-any.whl"), about, "ab" * 32


def test_the_bill_of_materials_names_every_part_and_what_it_needs(sbom: ModuleType) -> None:
    parts = [
        piece("monitord", "Typing_Extensions>=4", "missing; extra == 'x'"),
        piece("typing-extensions", licence="PSF-2.0"),
    ]
    document = json.loads(sbom.sbom("1.0", parts))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    (part,) = document["components"]
    assert part["purl"] == "pkg:pypi/typing-extensions@1.0"
    assert part["licenses"] == [{"license": {"name": "PSF-2.0"}}]
    assert part["properties"][0]["value"] == "ab" * 32
    own = next(each for each in document["dependencies"] if "monitord" in each["ref"])
    assert own["dependsOn"] == ["pkg:pypi/typing-extensions@1.0"]
    assert sbom.sbom("1.0", parts) == sbom.sbom("1.0", parts)


def test_the_installer_can_be_read_and_refuses_what_was_changed(tmp_path: Path) -> None:
    subprocess.run(["sh", "-n", RELEASE / "install.sh"], check=True)
    for script in ("install.sh", "upgrade.sh"):
        shutil.copy2(RELEASE / script, tmp_path)
    (tmp_path / "VERSION").write_text("1.0\n")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  VERSION\n")
    done = subprocess.run(
        ["sh", tmp_path / "install.sh", "--prefix", tmp_path / "opt", "--no-service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "damaged or was changed" in done.stderr
    assert not (tmp_path / "opt").exists()
