"""`monitord devices`: list what is installed, prove it, find out what is plugged in, capture it."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import seconds_of
from monitord.errors import FAILED


def devices(  # noqa: PLR0917 - an option each
    verify: Annotated[
        str | None,
        typer.Option(
            help="The driver or notifier to prove. The exit code is 1 when a check is broken."
        ),
    ] = None,
    scan: Annotated[
        bool,
        typer.Option(
            "--scan", help="List the ports, what speaks there, and what calls on the network."
        ),
    ] = False,
    port: Annotated[
        list[str] | None,
        typer.Option(
            help="With --scan: the only port to try, or tcp://HOST:PORT, or udp://HOST with --ask."
        ),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="With --scan: also speak to devices that must be asked.")
    ] = False,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="With --scan: the port at which senders of HL7 are heard and refused; nothing else is looked at.",
        ),
    ] = None,
    capture: Annotated[
        tuple[str, Path] | None,
        typer.Option(metavar="PORT FILE", help="The line whose raw bytes go into the file."),
    ] = None,
    driver: Annotated[
        str | None, typer.Option(help="With --capture: the driver of the device on the line.")
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--set", help="With --capture: a setting of the codec, such as format=df8."),
    ] = None,
    lasts: Annotated[
        str | None,
        typer.Option(
            "--for", help="With --capture or --listen: the time after which it ends, such as 60s."
        ),
    ] = None,
) -> None:
    """List drivers and notifiers; prove, scan or capture one.

    The input is what is installed, or, with --scan and --capture, the lines of this machine. By default the
    output is a list of drivers and notifiers. --verify prints a verdict for each check, --scan the port, driver
    and settings of each device that it heard with its values, and who calls on the network, and --capture writes a file that `monitord replay` reads.

    For example: monitord devices --scan
    """
    if not scan and (port or ask or listen):
        raise typer.BadParameter("--port, --ask and --listen go with --scan")
    if capture is None and (driver or options or (lasts and not listen)):
        raise typer.BadParameter("--driver, --set and --for go with --capture")
    if verify is not None:
        from monitord.kit.verify_console import verify_command

        if not verify_command(verify):
            raise typer.Exit(FAILED)
    elif scan and listen is not None:
        _knocks(listen, lasts)
    elif scan:
        _scan(port or (), ask=ask)
    elif capture is not None:
        if driver is None:
            raise typer.BadParameter("say whose line it is: --driver NAME")
        _capture(*capture, driver, options or (), lasts)
    else:
        _installed()


def _installed() -> None:
    """Drivers, then notifiers."""
    from monitord.plugins import DEVICES, NOTIFIERS, load_plugins, plugin_row
    from monitord.printed_table import print_table

    found = load_plugins().found
    for group, title, last in (
        (DEVICES, "driver", "proven on"),
        (NOTIFIERS, "notifier", "where"),
    ):
        rows = [plugin_row(each) for each in found if each.group == group]
        print_table((title, "status", "what it is", last), rows)


def _scan(addresses: Iterable[str], *, ask: bool) -> None:
    """What is on the given ports, on all of the machine's where none are given."""
    from monitord.commands.lan_calls import heard_calls
    from monitord.commands.port_scan import scan
    from monitord.commands.ports import port_warnings, serial_ports
    from monitord.printed_table import print_table
    from monitord.terminal_bar import bar_while, shown

    ports = serial_ports()
    asked = list(addresses)
    if not asked:
        asked = [port.address for port in ports]
        if not asked:
            print("no serial port on this machine")
        with bar_while("listening for monitors on the network"):
            calls = heard_calls()
        for call in calls:
            print(call)
            # Nothing but its own family's questions goes to a monitor that is known.
            for finding in (
                scan([call.address], ask=True, of=call.driver) if ask and call.call else ()
            ):
                for line in finding.lines():
                    print(line)
    with shown(f"lines listened on: {len(asked)}") as told:
        findings = scan(asked, ask=ask, told=told)
    rows = [row for each in findings for row in each.rows()]
    print_table(("where", "driver, and what it says now"), rows, between=": ")
    for warning in port_warnings(ports):
        print(f"warning: {warning}")
    if asked and not ask:
        print("families that speak only when asked were not tried: --ask")


def _knocks(listen: str, lasts: str | None) -> None:
    """Who sends to this port; each is refused."""
    from monitord.commands.lan_calls import KNOCKS_S, heard_knocks
    from monitord.terminal_bar import bar_while

    seconds = KNOCKS_S if lasts is None else seconds_of("--for", lasts)
    print(f"listening at {listen} for {seconds:g} s; whoever sends is refused", flush=True)
    try:
        with bar_while("listening"):
            found = heard_knocks(listen, seconds)
    except ValueError as error:
        raise typer.BadParameter(f"--listen: {error}") from error
    for knock in found:
        print(knock)
    if not found:
        print("nobody sent anything")


def _capture(
    address: str, file: Path, driver: str, options: Iterable[str], lasts: str | None
) -> None:
    """Records a line into a file; Ctrl-C ends it."""
    from monitord.commands.port_capture import capture
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
