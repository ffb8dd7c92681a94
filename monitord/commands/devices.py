"""`monitord devices`: list what is installed, prove it, find out what is plugged in, capture it."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

FAILED = 1
"""Exit code when a check is broken."""

HELP = typer.Option


def devices(  # noqa: PLR0917 - an option each
    verify: Annotated[
        str | None, HELP(help="Prove this driver or notifier; 1 when a check is broken.")
    ] = None,
    scan: Annotated[bool, HELP("--scan", help="List ports and what speaks there.")] = False,
    port: Annotated[
        list[str] | None, HELP(help="With --scan: only this port, or tcp://HOST:PORT.")
    ] = None,
    ask: Annotated[
        bool, HELP("--ask", help="With --scan: also speak to devices that must be asked.")
    ] = False,
    capture: Annotated[
        tuple[str, Path] | None, HELP(metavar="PORT FILE", help="Record a line's raw bytes.")
    ] = None,
    driver: Annotated[str | None, HELP(help="With --capture: whose line it is.")] = None,
    options: Annotated[
        list[str] | None, HELP("--set", help="With --capture: the codec's, such as format=df8.")
    ] = None,
    lasts: Annotated[
        str | None, HELP("--for", help="With --capture: end after so long, such as 60s.")
    ] = None,
) -> None:
    """List drivers and notifiers; prove, scan or capture one."""
    if not scan and (port or ask):
        raise typer.BadParameter("--port and --ask go with --scan")
    if capture is None and (driver or options or lasts):
        raise typer.BadParameter("--driver, --set and --for go with --capture")
    if verify is not None:
        from monitord.kit.console import verify_command

        if not verify_command(verify):
            raise typer.Exit(FAILED)
    elif scan:
        _scan(port or (), ask=ask)
    elif capture is not None:
        if driver is None:
            raise typer.BadParameter("say whose line it is: --driver NAME")
        _capture(*capture, driver, options or (), lasts)
    else:
        from monitord.plugins import load_plugins, plugin_lines

        for line in plugin_lines(load_plugins()):
            print(line)


def _scan(addresses: Iterable[str], *, ask: bool) -> None:
    """What is on the given ports, on all of the machine's where none are given."""
    from monitord.commands.port_scan import scan
    from monitord.commands.ports import port_warnings, serial_ports

    ports = serial_ports()
    asked = list(addresses) or [port.address for port in ports]
    if not asked:
        print("no serial port on this machine")
    for finding in scan(asked, ask=ask):
        for line in finding.lines():
            print(line)
    for warning in port_warnings(ports):
        print(f"warning: {warning}")
    if asked and not ask:
        print("families that speak only when asked were not tried: --ask")


def _capture(
    address: str, file: Path, driver: str, options: Iterable[str], lasts: str | None
) -> None:
    """Records a line into a file; Ctrl-C ends it."""
    from monitord.commands.port_capture import capture
    from monitord.commands.spans import seconds_of
    from monitord.errors import ConfigError

    settings = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals:
            raise ConfigError([f"--set {option}: write KEY=VALUE"])
        settings[key] = value
    seconds = None if lasts is None else seconds_of("--for", lasts)
    print(f"capturing {address} into {file}; Ctrl-C ends it", file=sys.stderr, flush=True)
    held = (0, 0)

    def told(heard: int, frames: int) -> None:
        nonlocal held
        held = heard, frames

    with contextlib.suppress(KeyboardInterrupt):
        capture(address, file, driver=driver, options=settings, seconds=seconds, told=told)
    print(f"{held[0]} bytes, {held[1]} readings", file=sys.stderr)
