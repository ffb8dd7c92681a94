"""A form that staff fill in with the patient: items and scoring as data, never a diagnosis. Pure.

What is entered is the score of each answer. A total is shown and no cut-off is drawn; an answer
that a form marks asks for a clinician at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monitord.engine.rules.level import STRICT
from monitord.model import Sentence, Signal, say


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItem:
    """One question, scored `low` to `high`; above `asks_above` a clinician is asked for.

    `title` is left empty where the text may not be copied. `signal` is what the score is kept as.
    """

    __pydantic_config__ = STRICT

    name: str
    title: str = ""
    low: int = 0
    high: int = 3
    asks_above: int | None = None
    signal: Signal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Items in order; `signal` is what the sum of their scores is kept as.

    `words` are beginnings of words, in the clinic's language, by which a text of the protocol speaks of what the form asks.
    """

    __pydantic_config__ = STRICT

    name: str
    version: int
    title: str = ""
    source: str = ""
    items: tuple[FormItem, ...]
    signal: Signal | None = None
    words: tuple[str, ...] = ()

    def total(self, answers: Mapping[str, int]) -> int:
        """The sum of the scores."""
        return sum(answers[item.name] for item in self.items)

    def fault(self, answers: Mapping[str, int]) -> Sentence | None:
        """Why these are no answers to this form: one missing, unknown or out of range."""
        known = {item.name: item for item in self.items}
        for name in answers:
            if name not in known:
                return say("no.form_item", item=name)
        for number, (name, item) in enumerate(known.items(), start=1):
            if name not in answers:
                return say("no.form_answer", item=number)
            if not item.low <= answers[name] <= item.high:
                return say("no.form_range", item=number, low=item.low, high=item.high)
        return None

    def values(self, answers: Mapping[str, int]) -> dict[Signal, float]:
        """What the answers are kept as."""
        found = {item.signal: float(answers[item.name]) for item in self.items if item.signal}
        if self.signal is not None:
            found[self.signal] = float(self.total(answers))
        return found

    def asks(self, answers: Mapping[str, int]) -> str:
        """The first answer for which a clinician is asked for, in words; empty without one."""
        for item in self.items:
            score = answers.get(item.name, 0)
            if item.asks_above is not None and score > item.asks_above:
                return f"{self.title or self.name}: {item.title or item.name} {score}"
        return ""
