"""`monitord promote`: a shadow candidate in the place of a protocol."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import SuiteOption


def promote(
    protocol: Annotated[str, typer.Argument(help="The protocol that the candidate replaces.")],
    config: SuiteOption,
    report: Annotated[
        Path,
        typer.Option(help="The report that `monitord shadow --out` wrote.", show_default=False),
    ],
    by: Annotated[
        str, typer.Option(help="The account of an approver, who promotes.", show_default=False)
    ],
) -> None:
    """Put a shadow candidate in the place of a protocol.

    The input is the suite file, the report of `monitord shadow --out`, and the approver's password, for
    which the command asks. The output is the lines for the suite file; the promotion goes into the audit
    chain. Nothing has a default: each option must be given.

    For example: monitord promote ketamine_iv_0_5_40 -c suite.yaml --report shadow.jsonl --by ada
    """
    from monitord.commands.promotion import promote as record

    def ask() -> str:
        return str(typer.prompt("Password", hide_input=True, err=True))

    print(record(config, protocol, report, by=by, ask=ask), end="")
