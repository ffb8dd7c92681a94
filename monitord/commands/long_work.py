"""A bar for work of more than a few seconds: on a terminal alone, on standard error, so that no output holds it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def shown(what: str, *, whole: float | None = 1.0) -> Iterator[Callable[[float], None]]:
    """Gives what is told each step that was done of the `whole`; None for work whose length nobody knows.

    Where standard error is no terminal nothing is written.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # What is printed meanwhile stays on standard output: the library would take it along to the terminal.
    with Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=whole)
        yield lambda step: bar.advance(task, step)


def bar_while(what: str) -> AbstractContextManager[object]:
    """A bar that moves until the work is done, for work whose length nobody knows."""
    return shown(what, whole=None)
