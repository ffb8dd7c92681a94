"""Who asks: questionary where a person sits at a terminal that can draw, else plain lines on standard input.

Plain lines serve a serial console, a screen reader and a script: each question is one line with its usual answer in
brackets, an empty line takes that, and choices have numbers.
"""

import getpass
import os
import sys
from collections.abc import Collection, Sequence

from monitord.commands.setup.dialogue import Asker, Choice, Fault, NoMoreAnswersError


def asker() -> Asker:
    """The one that fits this process's terminal."""
    drawn = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    return DrawnAsker() if drawn else LineAsker()


class DrawnAsker:
    """Choices by arrows, faults below the line that is typed."""

    def text(self, question: str, usual: str, fault: Fault) -> str:
        import questionary

        def checked(answer: str) -> bool | str:
            return fault(answer) or True

        return str(questionary.text(question, default=usual, validate=checked).unsafe_ask())

    def secret(self, question: str) -> str:
        import questionary

        return str(questionary.password(question).unsafe_ask())

    def yes(self, question: str, *, usual: bool) -> bool:
        import questionary

        return bool(questionary.confirm(question, default=usual).unsafe_ask())

    def one(self, question: str, choices: Sequence[Choice], usual: str) -> str:
        import questionary

        drawn = [questionary.Choice(each.title, each.value) for each in choices]
        first = next(each for each in drawn if each.value == usual)
        return str(questionary.select(question, drawn, default=first).unsafe_ask())

    def some(self, question: str, choices: Sequence[Choice], usual: Collection[str]) -> list[str]:
        import questionary

        drawn = [
            questionary.Choice(each.title, each.value, checked=each.value in usual)
            for each in choices
        ]
        return [str(each) for each in questionary.checkbox(question, drawn).unsafe_ask()]


class LineAsker:
    """One line each; what does not fit is said, and asked again."""

    def text(self, question: str, usual: str, fault: Fault) -> str:
        while True:
            answer = self._line(f"{question} [{usual}] " if usual else f"{question} ") or usual
            if (why := fault(answer)) is None:
                return answer
            print(f"  {why}")

    def secret(self, question: str) -> str:
        if sys.stdin.isatty():
            return getpass.getpass(f"{question} ")
        return self._line(f"{question} ")

    def yes(self, question: str, *, usual: bool) -> bool:
        while True:
            answer = self._line(f"{question} [{'yes' if usual else 'no'}] ").lower()
            if not answer:
                return usual
            if answer in {"y", "yes", "n", "no"}:
                return answer.startswith("y")
            print("  yes or no")

    def one(self, question: str, choices: Sequence[Choice], usual: str) -> str:
        _numbered(choices)
        while True:
            found = _chosen(choices, self._line(f"{question} [{usual}] ") or usual)
            if found is not None:
                return found
            print(f"  a number from 1 to {len(choices)}, or the word")

    def some(self, question: str, choices: Sequence[Choice], usual: Collection[str]) -> list[str]:
        _numbered(choices)
        shown = ",".join(usual) or "-"
        while True:
            prompt = f"{question} (several with commas, - for none) [{shown}] "
            answer = self._line(prompt) or shown
            words = [] if answer == "-" else [word.strip() for word in answer.split(",")]
            found = [_chosen(choices, word) for word in words]
            if None not in found:
                return [each.value for each in choices if each.value in found]
            print(f"  numbers from 1 to {len(choices)}, or the words")

    def _line(self, prompt: str) -> str:
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            print(line.rstrip("\n"))
        if not line:
            raise NoMoreAnswersError(f"no more answers at: {prompt.strip()}")
        return line.strip()


def _numbered(choices: Sequence[Choice]) -> None:
    for number, each in enumerate(choices, 1):
        print(
            f"  {number}) {each.title}" + ("" if each.value in each.title else f" [{each.value}]")
        )


def _chosen(choices: Sequence[Choice], answer: str) -> str | None:
    if answer.isdigit() and 1 <= int(answer) <= len(choices):
        return choices[int(answer) - 1].value
    return next((each.value for each in choices if each.value == answer), None)
