"""Options that several commands have, and how a duration is read from one. Loads nothing heavy."""

from pathlib import Path
from typing import Annotated

import typer

SuiteOption = Annotated[
    Path,
    typer.Option("-c", "--config", help="The suite file. It has no default.", show_default=False),
]
MaybeSuiteOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="The suite file that names the journal."),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="The journal's file or URL. Give it instead of a suite file."),
]
_PROTOCOL = typer.Option(
    "-p", "--protocol", help="The name of a protocol, or the path of its file."
)
ProtocolOption = Annotated[str | None, _PROTOCOL]
NeededProtocolOption = Annotated[str, _PROTOCOL]
SpeedOption = Annotated[
    float, typer.Option(help="How many times faster than real time to play.", min=0.1, max=100)
]
PhaseOption = Annotated[
    str | None,
    typer.Option(help="The phase in which each whole recording is. Default: from events files."),
]
IntervalOption = Annotated[
    str | None,
    typer.Option(help="The time between readings, in seconds. Default: as the recording shows."),
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Which column is what: SIGNAL=COLUMN, time=COLUMN or patient=COLUMN; several with commas, or repeat "
        "it. Default: by the names that exporters use."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="How dates are written, such as %d/%m/%Y, or date and time, %d/%m/%Y %H:%M:%S. "
        "Default: as the file shows.",
    ),
]
UnitOption = Annotated[
    list[str] | None,
    typer.Option(
        help="The unit of a clock of plain numbers (us, ms, s, min, h), or of a signal: etco2=kPa, temperature=degF. "
        "Default: as the header says, or the usual one."
    ),
]

JUnitOption = Annotated[
    Path | None, typer.Option("--junit", help="The file for the results as JUnit XML.")
]
JsonDocumentOption = Annotated[
    bool, typer.Option("--json", help="Print the results as one JSON document.")
]
JsonLinesOption = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]


def seconds_of(option: str, text: str) -> float:
    """`2min` of `--duration`, say, in s; ConfigError names the option."""
    from monitord.errors import ConfigError
    from monitord.model import SECOND, parse_span

    try:
        return parse_span(text) / SECOND
    except ValueError as error:
        raise ConfigError([f"{option}: {error}"]) from error
