"""The kinds of text that a station takes in, with their limits. Pure."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints, WrapValidator

from monitord.model.outside_text import one_line

UNIDENTIFIED: Final = "unidentified"
"""Who it was, where nobody was asked: Help and the audio pause must not wait for a name."""
_NOBODY_AT: Final = "somebody at the screen ", ", nobody signed in"


def nobody_at(screen: str | None) -> str:
    """Who it was at a screen where nobody is signed in: by the screen's name where it has one."""
    return UNIDENTIFIED if screen is None else screen.join(_NOBODY_AT)


def names_nobody(name: str) -> bool:
    """Whether it reads like that, and is no name for a person or program."""
    said = name.strip().casefold()
    return said == UNIDENTIFIED or said.startswith(_NOBODY_AT[0]) or said.endswith(_NOBODY_AT[1])


_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
# What is refused by the pattern no keyboard types; what an editor brings along becomes a space.
_OneLine = AfterValidator(one_line)
Who = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_LINE),
    _OneLine,
]


def _by(given: Any, name: Callable[[Any], str]) -> str:
    before, after = _NOBODY_AT
    if isinstance(given, str) and given.startswith(before) and given.endswith(after):
        return nobody_at(name(given.removeprefix(before).removesuffix(after)))
    return name(given)


By = Annotated[Who, WrapValidator(_by)]
"""Who did it: a name, or in its place the screen at which nobody was signed in, as the station itself writes it."""
Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=_LINE),
    _OneLine,
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_LINE), _OneLine
]
AlarmId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LINE)]
ActionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{8,64}$")]
"""Chosen by a page or program for one action; 128 random bits are never chosen twice."""

TOKEN_DAYS: Final = 90
"""How long a program's token is good unless somebody says otherwise: a season, so that forgotten ones end."""
Days = Annotated[int, Field(ge=1, le=366)]
"""A program's token is made anew once a year."""
