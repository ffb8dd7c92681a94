"""Questions whose answers are kept: one that was answered before is said again, and not asked."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitord.commands.setup.kept_answers import KeptAnswers
from monitord.errors import MonitordError

Fault = Callable[[str], str | None]
"""What is wrong with an answer; None where nothing is."""


class NoMoreAnswersError(MonitordError):
    """Standard input ended before the questions did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several answers: what is kept, and what a person reads."""

    value: str
    title: str


class Asker(Protocol):
    """Asks on a terminal or by lines; NoMoreAnswersError at the end of the lines, KeyboardInterrupt at Ctrl-C."""

    def text(self, question: str, usual: str, fault: Fault) -> str:
        """One line that has no fault."""
        ...

    def secret(self, question: str) -> str:
        """One line that nobody beside the screen reads."""
        ...

    def yes(self, question: str, *, usual: bool) -> bool:
        """Yes or no."""
        ...

    def one(self, question: str, choices: Sequence[Choice], usual: str) -> str:
        """The value of one choice."""
        ...

    def some(self, question: str, choices: Sequence[Choice], usual: Collection[str]) -> list[str]:
        """The values of any number of choices, in their order."""
        ...


def anything(_: str) -> None:
    """Every answer will do."""


def needed(answer: str) -> str | None:
    """Some answer is needed."""
    return None if answer.strip() else "an answer is needed here"


class SetupDialogue:
    """Each question has a key; keys of one subject begin alike, so that a subject can be asked again."""

    def __init__(self, asker: Asker, kept: KeptAnswers, console: Console) -> None:
        self.kept = kept
        self.console = console
        self.skipped: list[str] = []
        """What was left out and matters, in sentences, for the end."""
        self._asker = asker

    def text(self, key: str, question: str, usual: str = "", fault: Fault = anything) -> str:
        """One line, without blanks around it."""
        return str(
            self._once(key, question, lambda: self._asker.text(question, usual, fault).strip())
        )

    def yes(self, key: str, question: str, *, usual: bool = True) -> bool:
        """Yes or no."""
        return bool(self._once(key, question, lambda: self._asker.yes(question, usual=usual)))

    def one(self, key: str, question: str, choices: Sequence[Choice], usual: str = "") -> str:
        """One of the choices, the first unless `usual` is another."""
        usual = usual or choices[0].value
        return str(self._once(key, question, lambda: self._asker.one(question, choices, usual)))

    def some(
        self, key: str, question: str, choices: Sequence[Choice], usual: Collection[str] = ()
    ) -> list[str]:
        """Any number of the choices."""
        return list(self._once(key, question, lambda: self._asker.some(question, choices, usual)))

    def now(self, question: str, *, usual: bool = True) -> bool:
        """Yes or no to what is done at once, and kept nowhere."""
        return self._asker.yes(question, usual=usual)

    def pick(self, question: str, choices: Sequence[Choice], usual: str = "") -> str:
        """One of the choices, for what is done at once, and kept nowhere."""
        return self._asker.one(question, choices, usual or choices[0].value)

    def several(
        self, question: str, choices: Sequence[Choice], usual: Collection[str] = ()
    ) -> list[str]:
        """Any number of the choices, kept nowhere."""
        return self._asker.some(question, choices, usual)

    def line(self, question: str, usual: str = "", fault: Fault = anything) -> str:
        """One line, kept nowhere: a secret, or a part of an answer that is kept whole."""
        return self._asker.text(question, usual, fault).strip()

    def secret(self, question: str) -> str:
        """One line that is not shown, and kept nowhere."""
        return self._asker.secret(question).strip()

    def say(self, words: str = "") -> None:
        """A sentence; the terminal wraps it."""
        self.console.print(Text(words), soft_wrap=True)

    def read(self, words: str) -> None:
        """A long text: page by page where a person sits at a terminal."""
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            with self.console.pager():
                self.console.print(Text(words), soft_wrap=True)
        else:
            self.say(words)

    def heading(self, words: str) -> None:
        """Where another subject begins."""
        self.console.print()
        self.console.rule(Text(words, style="bold"), align="left")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """What was found, a row each."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(table)

    def skip(self, sentence: str) -> None:
        """Said once more at the end, once."""
        if sentence not in self.skipped:
            self.skipped.append(sentence)

    def _once(self, key: str, question: str, ask: Callable[[], Any]) -> Any:
        if key in self.kept:
            self.say(f"  answered before: {question} {_shown(self.kept.get(key))}")
        else:
            self.kept.keep(key, ask())
        return self.kept.get(key)


def _shown(answer: Any) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, list):
        return ", ".join(map(str, answer)) or "none"
    return str(answer) or "(nothing)"
