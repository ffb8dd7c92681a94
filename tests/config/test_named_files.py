"""What `check` finds of the files and hosts that a suite file names; no name is looked up in a network."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitord.commands.check_command import not_found
from monitord.config import read_suite
from monitord.config.checks import named_files
from monitord.config.checks.named_files import named_findings
from monitord.plugins import load_plugins
from tests.suites import suite_document, write_suite

WARD = """\
suite: ward
database: none.db
beds: {{"1": {{devices: {{oximeter: {{driver: nonin, port: "tcp://bridge.clinic:4001"}}}}}}}}
destinations:
  desk: {{notifier: terminal}}
  pager: {{notifier: webhook, url: "https://192.0.2.1/x", header_files: {{Authorization: {file}}}}}
  alerts: {{notifier: hl7, host: localhost, port: 2575}}
  ward: {{notifier: mqtt, broker: "mqtt://broker.example"}}
routes: {{high: {{tiers: [{{to: [desk]}}]}}, medium: {{tiers: [{{to: [desk]}}]}}}}
"""


def found(folder: Path, file: Path | str, known: tuple[str, ...] = ()) -> list[tuple[bool, str]]:
    """Each finding on a machine that knows these hosts: is it a fault, and what it says."""
    suite_file = folder / "suite.yaml"
    suite_file.write_text(WARD.format(file=file))
    suite = read_suite(suite_file, load_plugins())

    def lookup(host: str) -> str | None:
        return None if host in known else "unknown name"

    return [(each.fault, each.text) for each in named_findings(suite, lookup)]


def of_secret(folder: Path, file: Path | str) -> list[tuple[bool, str]]:
    return [each for each in found(folder, file) if "header_file" in each[1]]


def test_a_secret_that_is_missing_or_empty_is_a_fault_and_one_for_everybody_is_pointed_out(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "token"
    where = "destination pager: header_file"
    assert of_secret(tmp_path, secret) == [(True, f"{where}: there is no file {secret}")]
    secret.touch(0o600)
    assert of_secret(tmp_path, secret) == [(True, f"{where}: {secret} is empty")]
    secret.write_text("of nobody")
    assert of_secret(tmp_path, secret) == []
    secret.chmod(0o644)
    ((fault, text),) = of_secret(tmp_path, secret)
    assert (fault, "everybody on this machine can read" in text) == (False, True)


def test_what_systemd_hands_over_is_looked_at_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = "/run/credentials/monitord.service/secrets_token"
    monkeypatch.setattr(named_files, "SECRETS", tmp_path / "secrets")
    # No such folder: another machine than the service's.
    assert [fault for fault, _ in of_secret(tmp_path, handed)] == [False]
    (tmp_path / "secrets").mkdir()
    ((fault, text),) = of_secret(tmp_path, handed)
    assert (fault, str(tmp_path / "secrets/token") in text) == (True, True)
    (tmp_path / "secrets/token").touch(0o600)
    (tmp_path / "secrets/token").write_text("of nobody")
    assert of_secret(tmp_path, handed) == []


def test_each_host_is_looked_up_but_no_address_and_no_example(tmp_path: Path) -> None:
    texts = [text for _, text in found(tmp_path, "/dev/null", known=("localhost",))]
    hosts = [text for text in texts if "/dev/null" not in text]
    assert sorted(hosts) == [
        "bed 1: oximeter: the host bridge.clinic is not found from here: unknown name",
        "destination ward: broker.example is the name of an example: write your own",
    ]


def test_this_machine_is_found_by_its_own_name() -> None:
    assert not_found("localhost") is None
    assert not_found("x" * 70 + "." + "y" * 300) is not None


def test_a_program_that_is_not_there_sounds_nothing(tmp_path: Path) -> None:
    for program, faults in (("/nix/sounder", 1), ("/bin/true", 0)):
        document = suite_document(
            tmp_path,
            beds={"1": {}},
            destinations={"sounder": {"notifier": "command", "run": [program, "/nix/argument"]}},
            protocols=[],
            more={},
        )
        suite = read_suite(write_suite(tmp_path, document), load_plugins())
        found = [each for each in named_findings(suite, lambda _host: None) if each.fault]
        assert len(found) == faults
        assert all(
            each.text == f"destination sounder: {program} is no program on this machine"
            for each in found
        )


def test_hospital_and_database_are_looked_at_like_destinations(tmp_path: Path) -> None:
    more = {
        "database": "postgresql://monitord@db.nowhere/monitord",
        "hospital": {"servers": ["tls://nats.nowhere:4222"], "nkey_file": "nats.nk"},
    }
    document = suite_document(
        tmp_path,
        beds={"1": {}},
        destinations={"desk": {"notifier": "terminal"}},
        protocols=[],
        more=more,
    )
    suite = read_suite(write_suite(tmp_path, document), load_plugins())
    texts = [each.text for each in named_findings(suite, lambda _host: "unknown name")]
    assert f"hospital: nkey_file: there is no file {tmp_path / 'nats.nk'}" in texts
    assert "hospital: the host nats.nowhere is not found from here: unknown name" in texts
    assert "database: the host db.nowhere is not found from here: unknown name" in texts


def test_no_plug_in_names_a_file_that_check_does_not_look_at() -> None:
    """A file is known by its key: `..._file`, `..._files`, or one of the names that certificates have."""
    plugins = load_plugins()
    known_ones: list[Any] = [*plugins.drivers.values(), *plugins.notifiers.values()]
    for plugin in known_ones:
        for key in _keys(plugin.config):
            if re.search(r"file|cert|secret|(^|_)(ca|key|path|folder)$", key):
                known = key.endswith(("_file", "_files")) or key in {"ca", "certificate", "key"}
                # A path within a message, and settings that hold the files of TLS.
                assert known or key == "path", (plugin.name, key)


def _keys(model: Any) -> Iterator[str]:
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {})
