"""A terminal that is a log reaches nobody: what `check`, `routes`, a running daemon and its opening say."""

import io
import os
from pathlib import Path

import pytest

from monitord.commands import service_output
from monitord.commands.service_output import into_log, service_logs
from monitord.config import read_suite
from monitord.config.checks.route_table import log_destinations, route_faults, route_lines
from monitord.config.checks.suite_check import check_file
from monitord.config.suite.suite import Suite
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.route_end_check import RouteEndWatch
from monitord.errors import ConfigError
from monitord.model import Cause, Instant
from monitord.notify.channels.terminal import LOG, OUTPUT, SEEN, goes_into_log
from monitord.plugins import load_plugins
from tests.program import Command
from tests.release.guides import ROOT
from tests.ward import ward

PLUGINS = load_plugins()
WARD = """\
suite: ward
database: none.db
beds: {"1": {devices: {oximeter: {driver: nonin, port: /dev/serial/by-id/x}}}}
destinations:
  desk: {notifier: terminal}
  sounder: {notifier: command, run: [/bin/true]}
routes: {high: {tiers: [{to: [desk]}]}, medium: {tiers: [{to: [desk]}]}}
"""
HEARD = WARD.replace("[desk]", "[desk, sounder]")


def read(folder: Path, text: str) -> Suite:
    file = folder / "suite.yaml"
    file.write_text(text)
    return read_suite(file, PLUGINS)


def test_check_refuses_a_route_that_ends_in_the_log_of_the_service(tmp_path: Path) -> None:
    read(tmp_path, WARD)
    file = tmp_path / "suite.yaml"
    assert check_file(file, PLUGINS).faults == []
    report = check_file(file, PLUGINS, into_log=True)
    (fault,) = report.faults
    assert "ends in desk, and desk writes into a log, where nobody sees it" in fault
    assert "destination desk writes into a log, where nobody sees it" in report.warnings
    read(tmp_path, HEARD)
    report = check_file(file, PLUGINS, into_log=True)
    assert report.faults == []
    assert "destination desk writes into a log, where nobody sees it" in report.warnings


def test_the_table_of_routes_says_so_at_each_name(tmp_path: Path) -> None:
    suite = read(tmp_path, HEARD)
    line = next(iter(route_lines(suite, log_destinations(suite, into_log=True))))
    assert "desk (terminal, writes into a log, where nobody sees it)" in line
    assert "sounder (command, local)" in line
    assert "desk (terminal, local)" in next(iter(route_lines(suite)))


def test_a_running_suite_alarms_about_it_until_another_end_is_named(tmp_path: Path) -> None:
    current = CurrentSuite(read(tmp_path, WARD))
    watch = RouteEndWatch(current, into_log=True)
    ((bed, fault),) = watch.look(Instant(0))
    assert (bed, fault.cause, fault.subject) == (None, Cause.DESTINATION, "routes")
    assert (fault.present, "desk writes into a log" in fault.detail) == (True, True)
    assert list(watch.look(Instant(0))) == []
    current.suite = read(tmp_path, HEARD)
    ((_, fault),) = watch.look(Instant(0))
    assert (fault.present, fault.subject) == (False, "routes")
    assert list(RouteEndWatch(current, into_log=True).look(Instant(0))) == []
    current.suite = read(tmp_path, WARD)
    assert list(RouteEndWatch(current, into_log=False).look(Instant(0))) == []


def test_a_route_that_was_at_fault_before_is_not_blamed_on_the_log(tmp_path: Path) -> None:
    suite = read(tmp_path, WARD)
    assert route_faults(suite, ()) == []
    assert len(route_faults(suite, {"desk"})) == 1


@pytest.mark.parametrize(
    ("said", "logs"),
    [
        ("LoadState=loaded\nStandardOutput=journal\nStandardError=inherit\n", True),
        ("LoadState=loaded\nStandardOutput=tty\nStandardError=inherit\n", False),
        ("LoadState=loaded\nStandardOutput=tty\nStandardError=journal\n", True),
        ("LoadState=loaded\nStandardOutput=journal\nStandardError=journal+console\n", False),
        ("LoadState=loaded\nStandardOutput=null\nStandardError=inherit\n", True),
        ("LoadState=not-found\nStandardOutput=inherit\nStandardError=inherit\n", False),
        ("", False),
    ],
)
def test_the_unit_is_judged_and_only_for_its_own_suite_file(
    said: str, logs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "systemctl"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(service_output, "SERVICE_FILE", tmp_path / "suite.yaml")
    assert service_logs(tmp_path / "suite.yaml") is logs
    assert service_logs(tmp_path / "try.yaml") is False
    assert into_log(dict(line.partition("=")[::2] for line in said.splitlines())) is logs


def test_a_running_daemon_is_asked_whoever_started_it(tmp_path: Path, monitord: Command) -> None:
    log = {OUTPUT: "", "JOURNAL_STREAM": "8:1"}
    with ward(tmp_path, environment=log) as suite:
        assert not service_logs(suite.file)
        suite.start()
        assert service_logs(suite.file)
        checked = monitord("check", suite.file)
        assert checked.code == 2
        assert "ends in pager, desk, and desk writes into a log" in checked.out
        # Of another suite that has the same address nothing is known.
        other = tmp_path / "other.yaml"
        other.write_text(suite.file.read_text().replace('"suite": "ward"', '"suite": "hall"'))
        assert not service_logs(other)
        suite.stop()


class Screen(io.StringIO):
    """A terminal, as far as it is asked."""

    def isatty(self) -> bool:
        return True


def test_in_a_container_everything_goes_into_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its image says so, for the daemon and for every command beside it: a terminal there shows nothing to a nurse."""
    suite = read(tmp_path, WARD)
    image = (ROOT / "release" / "container" / "Containerfile").read_text()
    assert f"ENV {OUTPUT}={LOG}\n" in image
    monkeypatch.setenv(OUTPUT, LOG)
    assert goes_into_log(Screen())
    assert service_logs(tmp_path / "suite.yaml")
    ((_, fault),) = RouteEndWatch(CurrentSuite(suite), into_log=goes_into_log(Screen())).look(
        Instant(0)
    )
    assert fault.present


def test_a_file_shows_nothing_by_itself_unless_somebody_says_that_it_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OUTPUT)
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    reader, writer = os.pipe()
    with (
        (tmp_path / "log").open("w") as file,
        Path(os.devnull).open("w") as nothing,
        os.fdopen(writer, "w") as pipe,
        os.fdopen(reader),
    ):
        assert [goes_into_log(out) for out in (file, nothing, pipe)] == [True, True, False]
        assert not goes_into_log(Screen())
        monkeypatch.setattr(os, "getpid", lambda: 1)
        assert goes_into_log(pipe)  # the first process of a container
        monkeypatch.setenv(OUTPUT, SEEN)
        assert not goes_into_log(file)


def test_what_systemd_takes_from_the_daemon_is_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OUTPUT)
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    assert not goes_into_log(io.StringIO())
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    assert goes_into_log(io.StringIO())


def test_all_faults_of_routes_are_told_at_once(tmp_path: Path) -> None:
    text = WARD.replace(
        "routes: {high: {tiers: [{to: [desk]}]}", "routes: {high: {tirs: [{to: [dsek]}]}"
    )
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    faults = str(refused.value)
    assert "did you mean 'tiers'" in faults
    assert "no destination 'dsek'; did you mean 'desk'?" in faults


def test_a_key_in_the_wrong_place_is_not_proposed_for_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, f"{WARD}lock_after: 5min\n")
    faults = str(refused.value)
    assert "lock_after: is not a key that is known here; it belongs to another part" in faults
    assert "did you mean" not in faults
