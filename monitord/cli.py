"""The commands: options in, one call, lines out. No logic; imports stand inside, so that help is quick."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitord import __version__
from monitord.commands.backup import backup, restore, retention, verify
from monitord.commands.devices import devices
from monitord.commands.export import export
from monitord.commands.people import app as people
from monitord.commands.recordings import backtest, diff, test
from monitord.commands.replay import replay
from monitord.commands.shadow import promote, shadow
from monitord.errors import BAD_CONFIG, FAILED

app = typer.Typer(
    name="monitord",
    help="Bedside vital-sign monitoring for infusion suites: a supplementary information system, "
    "not a medical device. Keep the approved monitor's own alarms on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def print_version(wanted: bool) -> None:
    """`monitord --version`: of a release, or of a checkout."""
    if wanted:
        print(f"monitord {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """What stands before a command."""


SuiteOption = Annotated[
    Path, typer.Option("-c", "--config", help="The suite file.", show_default=False)
]


def main() -> None:
    """The console script: errors are sentences; a bad file is exit code 2, all else 1.

    A file that cannot be read or written is said as well; of the service's own faults the log keeps all.
    """
    from monitord.errors import ConfigError, MonitordError

    try:
        app()
    except ConfigError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        sys.exit(BAD_CONFIG)
    except MonitordError as error:
        print(error, file=sys.stderr)
        sys.exit(FAILED)
    except OSError as error:
        if error.filename is None or sys.argv[1:2] == ["run"]:
            raise
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(FAILED)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served.", min=0, max=65535)] = 8787,
    speed: Annotated[float, typer.Option(help="Times real time.", min=0.1, max=100)] = 1.0,
    duration: Annotated[
        str | None, typer.Option(help="End after so long, such as 2min (in simulated time).")
    ] = None,
    headless: Annotated[
        bool,
        typer.Option(
            "--headless", help="Alarm lines as JSON on standard output, nothing else there."
        ),
    ] = False,
    scenario: Annotated[
        Path | None, typer.Option(help="A timeline file; the demo's own if left out.")
    ] = None,
) -> None:
    """Four simulated beds with the station page. Real pseudo-terminals, a real broker."""
    from monitord.commands.demo import run

    run(port=port, speed=speed, duration=duration, headless=headless, scenario=scenario)


@app.command()
def run(config: SuiteOption) -> None:
    """Run the service for a suite file."""
    from monitord.daemon.logs import configure
    from monitord.daemon.service import serve_suite

    configure()
    serve_suite(config)


@app.command()
def simulate(
    device: Annotated[str, typer.Argument(help="The driver's word, such as nonin.")],
    port: Annotated[
        str,
        typer.Option(help="A path for a pseudo-terminal, tcp://HOST:PORT or mqtt://HOST/TOPIC."),
    ],
    scenario: Annotated[
        Path | None, typer.Option(help="A timeline file; an infusion if left out.")
    ] = None,
    bed: Annotated[str | None, typer.Option(help="Which bed of the scenario.")] = None,
    speed: Annotated[float, typer.Option(help="Times real time.", min=0.1, max=100)] = 1.0,
) -> None:
    """Play a simulated device on a port. It speaks the real wire protocol and takes orders on standard input."""
    from monitord.commands import simulate as twins

    twins.simulate(device, port=port, scenario=scenario, bed=bed, speed=speed)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Suite and protocol files.")],
) -> None:
    """Check suite and protocol files. Every fault with its line, every alarm's whole delay; exit 2 on a fault."""
    from monitord.config.check import check_file
    from monitord.plugins import load_plugins

    plugins = load_plugins()
    reports = [check_file(path, plugins) for path in files]
    for report in reports:
        print("\n".join(report.lines), end="\n" if report.lines else "")
        for warning in report.warnings:
            print(f"warning: {warning}")
        for fault in report.faults:
            print(f"fault: {fault}")
        print(f"{report.name}: {report.summary}")
    if any(report.faults for report in reports):
        raise typer.Exit(BAD_CONFIG)


@app.command()
def explain(
    config: SuiteOption,
    bed: Annotated[str, typer.Option(help="Which bed.", show_default=False)],
    at: Annotated[
        str | None, typer.Option(help="An instant, such as 2026-01-05T10:00:00Z; now if left out.")
    ] = None,
) -> None:
    """Say why a bed is as it is. Every rule: what it saw, what it waits for, what comes next."""
    from monitord.commands.explain import explained

    print(explained(config, bed, at), end="")


for command in (
    devices,
    export,
    replay,
    test,
    diff,
    shadow,
    promote,
    backtest,
    backup,
    restore,
    verify,
    retention,
):
    app.command()(command)
app.add_typer(people, name="people")


@app.command()
def routes(config: SuiteOption) -> None:
    """Print who is told of what, and when. First, next and last; exit 2 where a row ends nowhere."""
    from monitord.config import read_suite
    from monitord.config.routes import route_faults, route_lines
    from monitord.plugins import load_plugins

    suite = read_suite(config, load_plugins())
    for line in route_lines(suite):
        print(line)
    faults = route_faults(suite)
    for fault in faults:
        print(f"fault: {fault}")
    if faults:
        raise typer.Exit(BAD_CONFIG)


@app.command()
def approve(  # noqa: PLR0917 - an option each
    protocol: Annotated[str, typer.Argument(help="A protocol's name or file.")],
    by: Annotated[str, typer.Option(help="Who approves.", show_default=False)] = "",
    role: Annotated[str, typer.Option(help="In which role.", show_default=False)] = "",
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if left out.")
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Print what a medical director signs.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c",
            "--config",
            help="With --sheet: the suite file, for rules that rest there and what changed.",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="With --sheet: compare with this older file.")
    ] = None,
) -> None:
    """Approve a protocol, or print what is signed. Binds who, role and date to all that it says, and prints the lines for
    the suite file.
    """
    from monitord.commands.sheet import paper
    from monitord.config import approve as bind
    from monitord.config import read_protocol
    from monitord.config.approval import as_text

    resolved = read_protocol(protocol)
    if sheet:
        print(paper(resolved, config, since), end="")
        return
    if not (by.strip() and role.strip()):
        raise typer.BadParameter("say who approves and in which role: --by NAME --role ROLE")
    day = (date or datetime.now(UTC).astimezone()).date()
    print("# below `approvals:` in the suite file:")
    print(as_text(bind(resolved, by=by, role=role, on=day)), end="")


@app.command()
def setup(
    target: Annotated[Path, typer.Argument(help="The suite file to write.")] = Path("suite.yaml"),
    port: Annotated[
        list[str] | None, typer.Option(help="A line to listen on; all serial lines if left out.")
    ] = None,
) -> None:
    """Write a first suite file. Listens on the serial lines, then asks."""
    from monitord.commands.setup import setup as write
    from monitord.plugins import load_plugins

    def ask(question: str, usual: str) -> str:
        return str(typer.prompt(question, default=usual))

    write(target, load_plugins(), ask, print, port or [])


@app.command()
def qualify(
    config: SuiteOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the report goes.")],
    only: Annotated[
        list[str] | None, typer.Option(help="A timeline's name; all if left out.")
    ] = None,
    speed: Annotated[float, typer.Option(help="Times real time; 1 counts.", min=1, max=60)] = 1.0,
) -> None:
    """Play the bundled timelines on this installation. Writes a dated report; exit 1 on a failure."""
    import logging

    from monitord.commands.qualify import qualify as run_all
    from monitord.daemon.logs import configure
    from monitord.plugins import load_plugins

    configure(sys.stderr, level=logging.ERROR)
    if not run_all(config, out, load_plugins(), only or [], speed):
        raise typer.Exit(FAILED)
