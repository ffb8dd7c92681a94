"""The model and the engine on one trace, time by time: who is told, and how urgent it is."""

from dataclasses import dataclass

from tests.engine.second_edition.engine_side import run
from tests.engine.second_edition.life import live
from tests.engine.second_edition.page import Rule, Said, Second
from tests.engine.second_edition.shipped import ROUTES

WORDS = {0: "-", 1: "low", 2: "medium", 3: "high"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One second at which the two do not say the same; None where one says nothing."""

    at: int
    model: Said | None
    engine: Said | None

    def __str__(self) -> str:
        return f"{self.at}: model {_words(self.model)} | engine {_words(self.engine)}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What differed, of how many lines."""

    found: list[Difference]
    lines: int


def _words(said: Said | None) -> str:
    if said is None:
        return "nothing"
    to = ", ".join(said.to) or "screen"
    return f"{said.what} ({said.reason}) {WORDS[said.priority]} to {to}"


def differences(rule: Rule, trace: list[Second]) -> Compared:
    """Each second at which others are told or at another priority."""
    model = live(rule, ROUTES, trace)
    engine = run(rule, trace)
    mine = {said.at: said for said in model.said if said.to}
    theirs = {said.at: said for said in engine.said if said.to}
    found = [
        Difference(at, mine.get(at), theirs.get(at))
        for at in sorted(mine.keys() | theirs.keys())
        if _telling(mine.get(at)) != _telling(theirs.get(at))
    ]
    for at, act in sorted(set(model.refused) ^ set(engine.refused)):
        who = "model" if (at, act) in model.refused else "engine"
        found.append(Difference(at, Said(at, f"{who} refused {act}", 0, ()), None))
    return Compared(sorted(found, key=lambda each: each.at), len(mine))


def _telling(said: Said | None) -> tuple[int, tuple[str, ...]] | None:
    return (said.priority, said.to) if said else None
