"""The commands: options in, one call, lines out. No logic; imports stand inside, so that help is quick."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitord.daemon.devices_command import devices
from monitord.daemon.people_command import app as people

app = typer.Typer(
    name="monitord",
    help="Bedside vital-sign monitoring for infusion suites: a supplementary information system, "
    "not a medical device. Keep the approved monitor's own alarms on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

BAD_CONFIG = 2
"""Exit code when a suite, protocol or timeline file cannot be used."""

FAILED = 1
"""Exit code when a port, database or recording cannot be used."""

SuiteOption = Annotated[
    Path, typer.Option("-c", "--config", help="The suite file.", show_default=False)
]


def main() -> None:
    """The console script: errors are sentences; a bad file is exit code 2, all else 1."""
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


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served.", min=0, max=65535)] = 8787,
    speed: Annotated[float, typer.Option(help="Times real time.", min=0.1, max=100)] = 1.0,
    duration: Annotated[
        str | None, typer.Option(help="End after so long, such as 2min (in simulated time).")
    ] = None,
    headless: Annotated[
        bool, typer.Option(help="Alarm lines as JSON on standard output, nothing else there.")
    ] = False,
    scenario: Annotated[
        Path | None, typer.Option(help="A timeline file; the demo's own if left out.")
    ] = None,
) -> None:
    """Four simulated beds on real pseudo-terminals and a broker, with the station page."""
    from monitord.daemon.demo_command import run

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
    """Play a simulated device that speaks the real wire protocol; orders on standard input."""
    from monitord.daemon import simulate as twins

    twins.simulate(device, port=port, scenario=scenario, bed=bed, speed=speed)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Suite and protocol files.")],
) -> None:
    """Check suite and protocol files: every fault with its line, every alarm's whole delay."""
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
    """Say why a bed is as it is: every rule, what it saw, what it waits for, what comes next."""
    from monitord.daemon.explained import explained

    print(explained(config, bed, at), end="")


app.command()(devices)
app.add_typer(people, name="people")


@app.command()
def routes(config: SuiteOption) -> None:
    """Print who is told of what, first, next, last and by when; exit 2 where a row ends nowhere."""
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
def approve(
    protocol: Annotated[str, typer.Argument(help="A protocol's name or file.")],
    by: Annotated[str, typer.Option(help="Who approves.", show_default=False)] = "",
    role: Annotated[str, typer.Option(help="In which role.", show_default=False)] = "",
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if left out.")
    ] = None,
    sheet: Annotated[bool, typer.Option(help="Print what a medical director signs.")] = False,
) -> None:
    """Bind who, role and date to what a protocol says; prints the lines for the suite file."""
    from monitord.config import approve as bind
    from monitord.config import read_protocol
    from monitord.config.approval import as_text
    from monitord.config.sheet import sheet as on_paper

    resolved = read_protocol(protocol)
    if sheet:
        print(on_paper(resolved), end="")
        return
    if not (by.strip() and role.strip()):
        raise typer.BadParameter("say who approves and in which role: --by NAME --role ROLE")
    day = (date or datetime.now(UTC).astimezone()).date()
    print("# below `approvals:` in the suite file:")
    print(as_text(bind(resolved, by=by, role=role, on=day)), end="")


@app.command()
def replay(  # noqa: PLR0917 - an option each
    recording: Annotated[str, typer.Argument(help="A recording's file, or a journal.")],
    protocol: Annotated[
        str | None, typer.Option("-p", "--protocol", help="A protocol's name or file.")
    ] = None,
    speed: Annotated[str, typer.Option(help="Times real time, or max.")] = "max",
    jsonl: Annotated[Path | None, typer.Option(help="Write the lines to this file.")] = None,
    phase: Annotated[str | None, typer.Option(help="The whole recording is in it.")] = None,
    events: Annotated[Path | None, typer.Option(help="A CSV that places phases.")] = None,
    interval: Annotated[str | None, typer.Option(help="Between readings, in s.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="A time, or +90min.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="A time, or +90min.")] = None,
    zone: Annotated[str | None, typer.Option("--tz", help="Of times without one.")] = None,
    patient: Annotated[str | None, typer.Option(help="Of a file that holds several.")] = None,
) -> None:
    """Run a recording through the engine: alarms as JSON lines, the same bytes each time."""
    from monitord.replay.console import replay_command

    replay_command(
        recording,
        protocol,
        speed=speed,
        jsonl=jsonl,
        phase=phase,
        events=events,
        interval=interval,
        start=start,
        end=end,
        zone=zone,
        patient=patient,
    )


@app.command("test")
def run_tests(
    files: Annotated[list[Path], typer.Argument(help="Timelines that say what is expected.")],
    protocol: Annotated[
        str | None, typer.Option("-p", "--protocol", help="Instead of the file's own.")
    ] = None,
    mutate: Annotated[
        bool, typer.Option(help="Ask of every number whether a test notices.")
    ] = False,
) -> None:
    """Run a clinic's protocol tests; 1 when an expectation is not met."""
    from monitord.replay.console import test_command

    if not test_command(files, protocol=protocol, mutate=mutate):
        raise typer.Exit(1)


DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="A journal's file or URL, instead of a suite file.")
]
MaybeSuiteOption = Annotated[
    Path | None, typer.Option("-c", "--config", help="The suite file that names the journal.")
]


@app.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="The file to write.")] = None,
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    into: Annotated[Path | None, typer.Option(help="A folder, under a name with the time.")] = None,
    keep: Annotated[int, typer.Option(help="Of those in the folder so many stay.", min=0)] = 0,
) -> None:
    """Copy the journal, complete and checked, beside a running daemon."""
    from monitord.daemon import upkeep

    print(upkeep.backup(upkeep.database_of(config, database), target, into, keep))


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="The backup.")],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Although there is a journal; it is kept beside.")
    ] = False,
) -> None:
    """Put a backup where the journal is, or was; the daemon must be stopped."""
    from monitord.daemon import upkeep

    upkeep.restore(source, upkeep.database_of(config, database), replace=replace)


@app.command()
def verify(
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    head: Annotated[
        str | None, typer.Option(help="A head from the log (audit_head), NUMBER:HASH.")
    ] = None,
) -> None:
    """Check the audit chains: which rows were changed, removed or slipped in. Exit 1 on a fault."""
    from monitord.daemon import upkeep

    found = upkeep.verify(upkeep.database_of(config, database), head)
    for fault in found.faults:
        print(f"fault: {fault}")
    print(f"{found.chains} chains, {found.links} links, head {found.head.n}:{found.head.hash}")
    if found.faults:
        raise typer.Exit(FAILED)


@app.command()
def retention(
    days: Annotated[
        int, typer.Option(help="So long after its end a session stays.", min=1, show_default=False)
    ],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
) -> None:
    """Remove old sessions whole; that they went stays in the audit chain. The daemon must be stopped."""
    from monitord.daemon import upkeep

    removed = upkeep.retention(upkeep.database_of(config, database), days)
    print(f"removed: {removed.sessions} sessions, {removed.samples} readings outside of any")


@app.command()
def setup(
    target: Annotated[Path, typer.Argument(help="The suite file to write.")] = Path("suite.yaml"),
    port: Annotated[
        list[str] | None, typer.Option(help="A line to listen on; all serial lines if left out.")
    ] = None,
) -> None:
    """Write a first suite file: listens on the serial lines, then asks."""
    from monitord.daemon.setup import setup as write
    from monitord.plugins import load_plugins

    def ask(question: str, usual: str) -> str:
        return str(typer.prompt(question, default=usual))

    write(target, load_plugins(), ask, print, port or [])


@app.command()
def diff(  # noqa: PLR0917 - an option each
    a: Annotated[str, typer.Argument(help="A protocol, or a result of replay --jsonl.")],
    b: Annotated[str, typer.Argument(help="The other one.")],
    recordings: Annotated[Path | None, typer.Option(help="A folder, to compare protocols.")] = None,
    phase: Annotated[str | None, typer.Option(help="Every recording is in it.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write strips for a clinician's verdict.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Which alarms are added, lost, moved or re-prioritised; 1 when any is."""
    from monitord.errors import RecordingError
    from monitord.replay.console import diff_command

    try:
        same = diff_command(a, b, recordings=recordings, phase=phase, html=html, as_json=as_json)
    except RecordingError as error:
        # 1 would say that they differ.
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_CONFIG) from error
    if not same:
        raise typer.Exit(1)


@app.command()
def backtest(  # noqa: PLR0917 - an option each
    folder: Annotated[Path, typer.Argument(help="Recordings, and events files beside them.")],
    protocol: Annotated[str, typer.Option("-p", "--protocol", help="A protocol's name or file.")],
    phase: Annotated[str | None, typer.Option(help="Every recording is in it.")] = None,
    interval: Annotated[str | None, typer.Option(help="Between readings, in s.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep results, CSV, JSON, HTML here.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0 is one a core.", min=0)] = 0,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler, tcp://...")] = None,
    verdicts: Annotated[Path | None, typer.Option(help="What diff's page saved.")] = None,
    sweep: Annotated[
        str | None,
        typer.Option(help="'spo2_low medium limit=86,88,90 delay=5s,15s': try them all."),
    ] = None,
) -> None:
    """Alarm load and detection delay over many recordings."""
    from monitord.replay.console import backtest_command, sweep_command

    if sweep is not None:
        sweep_command(
            folder, protocol, sweep, phase=phase, out=out, workers=workers, scheduler=scheduler
        )
        return
    backtest_command(
        folder,
        protocol,
        phase=phase,
        interval=interval,
        out=out,
        verdicts=verdicts,
        workers=workers,
        scheduler=scheduler,
    )


@app.command()
def qualify(
    config: SuiteOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the report goes.")],
    only: Annotated[
        list[str] | None, typer.Option(help="A timeline's name; all if left out.")
    ] = None,
    speed: Annotated[float, typer.Option(help="Times real time; 1 counts.", min=1, max=60)] = 1.0,
) -> None:
    """Play the bundled timelines on this installation and write a dated report. Exit 1 on a failure."""
    import logging

    from monitord.daemon.logs import configure
    from monitord.daemon.qualify import qualify as run_all
    from monitord.plugins import load_plugins

    configure(sys.stderr, level=logging.ERROR)
    if not run_all(config, out, load_plugins(), only or [], speed):
        raise typer.Exit(FAILED)
