"""Rows on standard output: a table that fits the terminal, elsewhere a line each with aligned columns, for other programs."""

from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def drawn(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()
) -> bool:
    """Draws the table where standard output is a terminal; elsewhere prints nothing, and says so. `right` are the columns of numbers."""
    console = Console()
    if not console.is_terminal:
        return False
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, column in enumerate(columns):
        table.add_column(column, overflow="fold", justify="right" if at in right else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    return True


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, between: str = ""
) -> None:
    """The columns' titles stand on a terminal alone. `between` joins the cells of a line instead of alignment."""
    if drawn(columns, rows):
        return
    if between:
        for row in rows:
            print(between.join(row))
        return
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(len(columns))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
