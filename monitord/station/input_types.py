"""The kinds of text that a station takes in, with their limits. Pure."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from monitord.model.outside_text import one_line

UNIDENTIFIED: Final = "unidentified"
"""Who it was, where nobody was asked: Help and the audio pause must not wait for a name."""

_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
# What is refused by the pattern no keyboard types; what an editor brings along becomes a space.
_OneLine = AfterValidator(one_line)
Who = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_LINE),
    _OneLine,
]
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
