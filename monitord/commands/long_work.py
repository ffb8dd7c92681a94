"""A bar for work of more than a few seconds: on a terminal alone, on standard error, so that no output holds it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def shown(what: str, *, whole: float | None = 1.0) -> Iterator[Callable[[float], None]]:
    """Gives what is told each step that was done of the `whole`; None for work whose length nobody knows.

    Where standard error is no terminal nothing is written.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=whole)
        yield lambda step: bar.advance(task, step)
