"""`monitord export`: options in, one call, lines out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.backup import DatabaseOption, MaybeSuiteOption


def export(
    session: Annotated[str, typer.Argument(help="A session, or a bed: its latest session.")],
    form: Annotated[
        str, typer.Option("--format", help="json, csv, parquet, wfdb, fhir, html or pdf.")
    ] = "json",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file; standard output if left out.")
    ] = None,
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write a session's record. What came in, alarms with their life, staff's actions, coverage."""
    from monitord.commands.upkeep import database_of
    from monitord.record.export import FORMATS, TEXTS
    from monitord.record.export import export as write
    from monitord.record.record import read_record
    from monitord.store.journal import Journal

    if form not in FORMATS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMATS)}")
    if out is None and form not in TEXTS:
        raise typer.BadParameter(f"{form} needs a file: -o PATH")
    with Journal.open(database_of(config, database), read_only=True) as journal:
        record = read_record(journal, session)
    if out is None:
        sys.stdout.write(TEXTS[form](record))
        return
    for path in write(record, form, out):
        print(path)
