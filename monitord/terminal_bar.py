"""A bar for work of more than a few seconds: on a terminal alone, on standard error, so that no output holds it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn


def terminal_bar(*columns: ProgressColumn) -> Progress:
    """A bar of these columns, gone when it is done. Where standard error is no terminal nothing is written."""
    console = Console(stderr=True)
    # What is printed meanwhile stays on standard output: the library would take it along to the terminal.
    return Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )


@contextmanager
def shown(what: str, *, whole: float | None = 1.0) -> Iterator[Callable[[float], None]]:
    """Gives what is told each step that was done of the `whole`; None for work whose length nobody knows."""
    with terminal_bar(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task(what, total=whole)
        yield lambda step: bar.advance(task, step)


@contextmanager
def bar_while(what: str) -> Iterator[None]:
    """A bar that moves until the work is done, for work whose length nobody knows."""
    with shown(what, whole=None):
        yield
