"""`monitord approve`: the lines that bind who approved to all that a protocol says, and the sheet to sign."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def approve(  # noqa: PLR0917 - an option each
    protocol: Annotated[
        str,
        typer.Argument(
            help="The name of a protocol, or the path of its file; with --sheet also NAME+OVERLAY."
        ),
    ],
    by: Annotated[str, typer.Option(help="The name of who approves.", show_default=False)] = "",
    role: Annotated[
        str, typer.Option(help="The role in which they approve.", show_default=False)
    ] = "",
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day of the approval. Default: today."),
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Print what a medical director signs.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c",
            "--config",
            help="The suite file. With --sheet: rules that no device there supplies, and what changed since the last approval.",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="With --sheet: the older file to compare with.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="With --sheet: the PDF file to write, for signature.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put the lines into the suite file of --config.")
    ] = False,
) -> None:
    """Approve a protocol, or print what is signed.

    The input is a protocol. The output is the lines for the suite file: who approved in which role on which
    day, bound to all that the protocol says. The day is today unless --date says otherwise. With --write the
    lines go into the suite file. With --sheet the output is the text that a medical director reads and signs:
    the protocol, and the protocol again under each overlay; --pdf writes it as a PDF.

    For example: monitord approve ketamine_iv_0_5_40 --by "A. Example" --role "medical director"
    """
    from monitord.commands import approval_signing
    from monitord.config import approve as bind
    from monitord.config import read_protocol
    from monitord.terminal_bar import bar_while

    name, overlays = approval_signing.asked(protocol)
    resolved = read_protocol(name)
    if sheet:
        found = approval_signing.paper(resolved, overlays, config, since)
        if pdf is None:
            print(approval_signing.as_text(found), end="")
        else:
            with bar_while(f"printing {pdf}"):
                approval_signing.as_pdf(found, pdf)
            print(f"{pdf} written")
        return
    if pdf is not None or since is not None:
        raise typer.BadParameter("--pdf and --since are for the sheet: say --sheet as well")
    if overlays:
        raise typer.BadParameter(f"a protocol is approved with its overlays: approve {name}")
    if not (by.strip() and role.strip()):
        raise typer.BadParameter("say who approves and in which role: --by NAME --role ROLE")
    if write and config is None:
        raise typer.BadParameter("say into which suite file: -c SUITE.YAML")
    day = (date or datetime.now(UTC).astimezone()).date()
    made = bind(resolved, by=by, role=role, on=day)
    if write and config is not None:
        print(approval_signing.write(made, config))
        return
    print("# below `approvals:` in the suite file:")
    print(approval_signing.lines(made), end="")
