"""A limit carries its relation: `<90`, `>=180`. Pure."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from monitord.model import Relation


@dataclass(frozen=True, slots=True)
class Limit:
    """A value violates the limit when it stands in `relation` to `value`."""

    relation: Relation
    value: float

    def violated_by(self, value: float, eased: float = 0.0) -> bool:
        """Strict or inclusive exactly as the relation says.

        `eased` moves the limit that much further inside: what a value must reach to end an alarm.
        """
        # By identity: this is asked several times of every reading.
        relation = self.relation
        if relation is Relation.BELOW:
            return value - eased < self.value
        if relation is Relation.AT_MOST:
            return value - eased <= self.value
        if relation is Relation.ABOVE:
            return value + eased > self.value
        return value + eased >= self.value

    def covers(self, other: "Limit") -> bool:
        """Whether every value that violates `other` violates this one: as tight, or tighter."""
        if self.relation.low is not other.relation.low:
            return False
        if self.value == other.value:
            return self.violated_by(self.value) or not other.violated_by(other.value)
        return (self.value > other.value) is self.relation.low

    def __str__(self) -> str:
        """As written in a protocol file."""
        return f"{self.relation}{self.value:g}"


_WRITTEN = re.compile(r"(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)")


def parse_limit(text: object) -> Limit:
    """Reads `<90`; ValueError for anything else, a bare number too."""
    if isinstance(text, Limit):
        return text
    if isinstance(text, str):
        with suppress(ValueError):
            return _limit_of(text)
    msg = f'{text!r} is not a limit: write its relation, such as "<90" or ">=180"'
    raise ValueError(msg)


@lru_cache(maxsize=1024)
def _limit_of(text: str) -> Limit:
    """Kept, unless it is none: a protocol writes the same few hundreds of times, and is read again and again."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError
    return Limit(Relation(found[1]), float(found[2]))


WrittenLimit = Annotated[Limit, BeforeValidator(parse_limit), PlainSerializer(str, return_type=str)]
"""A limit that is text wherever it is data."""
