"""`monitord check`: suite and protocol files, before they are used."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitord.errors import BAD_CONFIG

if TYPE_CHECKING:
    from monitord.config.checks.suite_check import CheckReport

WATCHER = Path("/run/monitord-watcher/state")


def check(
    files: Annotated[list[Path], typer.Argument(help="The suite and protocol files to check.")],
) -> None:
    """Check suite and protocol files.

    The input is any number of files. The output is, for each file, the whole delay of every alarm, each
    warning, and each fault with its line. Of a protocol that was approved and has changed since, by hand or by an
    upgrade, it names the values, as far as the journal of the suite knows what was approved. The exit code is 0 without a fault and 2 with one. On a machine where the
    independent watcher runs, a watcher that is gone or has no sound is a fault too. Of the suite file of the service
    it judges the output of the service's unit, not its own: a route that ends in a terminal which is the system's or a container's log is a fault.
    Every file that the suite file names must be there, a secret not for everybody; each host's name is looked up.
    By default nothing is written anywhere else.

    For example: monitord check suite.yaml
    """
    from monitord.commands.approval_signing import voided
    from monitord.commands.service_output import service_logs
    from monitord.config.checks.named_files import named_findings
    from monitord.config.checks.suite_check import check_file
    from monitord.daemon.sequencing.clock import wall_time
    from monitord.plugins import load_plugins

    plugins = load_plugins()
    reports = [
        check_file(path, plugins, wall_time(), into_log=service_logs(path)) for path in files
    ]
    for report in reports:
        if report.suite is not None:
            report.warnings += voided(report.suite)
            for finding in named_findings(report.suite, not_found):
                (report.faults if finding.fault else report.warnings).append(finding.text)
        _print(report)
        for warning in report.warnings:
            print(f"warning: {warning}")
        for fault in report.faults:
            print(f"fault: {fault}")
        print(f"{report.name}: {report.summary}")
    watcher = watcher_fault()
    if watcher is not None:
        print(f"fault: {watcher}")
    if watcher is not None or any(report.faults for report in reports):
        raise typer.Exit(BAD_CONFIG)


def _print(report: "CheckReport") -> None:
    """Lines in their order; on a terminal the delays of a protocol stand in a table."""
    from itertools import groupby

    from monitord.config.checks.suite_check import as_line
    from monitord.config.checks.time_to_alarm import COLUMNS, Delay
    from monitord.printed_table import drawn

    for is_text, group in groupby(report.parts, key=lambda part: isinstance(part, str)):
        parts = list(group)
        cells = [each.cells() for each in parts if isinstance(each, Delay)]
        if is_text or not drawn(COLUMNS, cells, right=range(3, len(COLUMNS))):
            print("\n".join(map(as_line, parts)))


def not_found(host: str) -> str | None:
    """Why this machine knows no address of a host; None where it does."""
    import socket

    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or "it is no name of a host"
    return None


def watcher_fault() -> str | None:
    """Of the watcher of this machine; None where there never was one."""
    if not WATCHER.exists():
        return None
    from monitord.daemon.health.watcher_check import watcher_trouble
    from monitord.daemon.sequencing.clock import boot_time

    return watcher_trouble(WATCHER, boot_time())
