"""`monitord export`: options in, one call, lines out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption


def export(  # noqa: PLR0917 - an option each
    session: Annotated[
        str, typer.Argument(help="The session. A bed stands for its latest session.")
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="The form: json, csv, parquet, wfdb, edf, vital, fhir, hl7, html or pdf.",
        ),
    ] = "json",
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The file to write. Default: standard output."),
    ] = None,
    confidential: Annotated[
        bool,
        typer.Option(
            "--confidential",
            help="Put answers on forms, and what came of them, into the forms that others read too.",
        ),
    ] = False,
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write a session's record.

    The input is the journal; a running service may go on writing it. The output is the readings, the alarms
    with their life, the actions of staff and the coverage of each signal, as JSON lines by default. JSON
    lines and the report are the record itself; the other forms, which others read, say of an alarm that
    came of a form only that a clinician was needed.

    For example: monitord export 1 -c suite.yaml --format csv -o session.csv
    """
    from monitord.config.database_place import database_of
    from monitord.record.export_forms import FORMATS, TEXTS, as_given
    from monitord.record.export_forms import export as write
    from monitord.record.record import read_record
    from monitord.store.journal.journal import Journal
    from monitord.terminal_bar import bar_while

    if form not in FORMATS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMATS)}")
    if out is None and form not in TEXTS:
        raise typer.BadParameter(f"{form} needs a file: -o PATH")
    with (
        bar_while("reading the record"),
        Journal.open(database_of(config, database), read_only=True) as journal,
    ):
        record = read_record(journal, session)
    if out is None:
        sys.stdout.write(TEXTS[form](as_given(record, form, confidential=confidential)))
        return
    with bar_while(f"writing {out}"):
        made = write(record, form, out, confidential=confidential)
    for path in made:
        print(path)
