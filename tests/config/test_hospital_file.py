"""A hospital file, and what a suite file says of its hospital: every fault is told, and the example can be used."""

from pathlib import Path

import pytest

from monitord.config.suite.hospital_file import HospitalKeys, read_hospital
from monitord.errors import ConfigError
from monitord.model import HOUR, SECOND
from monitord.plugins import load_plugins
from tests.release.guides import ROOT

EXAMPLE = ROOT / "config" / "hospital.yaml"


def faults_of(folder: Path, text: str) -> str:
    path = folder / "hospital.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as found:
        read_hospital(path, load_plugins())
    return "\n".join(found.value.faults)


def test_the_example_can_be_used_and_has_no_bed_of_its_own() -> None:
    hospital = read_hospital(EXAMPLE, load_plugins())
    assert hospital.suites == {"icu": "medicine", "north": "medicine", "south": "surgery"}
    assert hospital.own.beds == {}
    assert hospital.own.name == hospital.name == "example"
    assert (hospital.silent_after, hospital.retention) == (60 * SECOND, 168 * HOUR)
    assert hospital.access.nkey_file == EXAMPLE.parent / "hospital.nk"


def test_the_example_shows_every_key_with_its_default() -> None:
    text = EXAMPLE.read_text()
    for key, kept in HospitalKeys.__dataclass_fields__.items():
        assert f"\n{key}:" in text or f"\n# {key}: " in text, key
        if isinstance(kept.default, int) and key in {"partitions", "replicas", "disk_mb"}:
            assert f"\n# {key}: {kept.default} " in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"nats://127.0.0.1:4222"', '"nats://192.0.2.1:4222"', "needs tls://"),
        (", nkey_file: hospital.nk", "", ""),
        ("nats://127", "nats://user:word@127", "no password"),
        ("nkey_file: hospital.nk", "nkey_file: a, credentials_file: b", "name one of"),
        ("suites: [south]", "suites: [icu]", "icu is in the unit medicine already"),
        ("suites: [south]", "suites: [a/b]", "the name 'a/b'"),
        ("hospital: example", "hospital: example\nbeds: {}", "beds"),
        ("to: [desk]", "to: [nobody]", "nobody"),
    ],
)
def test_a_fault_of_the_file_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = EXAMPLE.read_text()
    assert old in text
    if not said:
        # On this machine nobody need say who it is.
        path = tmp_path / "hospital.yaml"
        path.write_text(text.replace(old, new, 1))
        assert read_hospital(path, load_plugins()).access.nkey_file is None
        return
    assert said in faults_of(tmp_path, text.replace(old, new, 1))
