"""Text that people and other programs wrote, made harmless where it enters and where it leaves. Pure."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@")


def one_line(text: str, at_most: int | None = None) -> str:
    """The text without what steers a terminal, a log or the direction of writing; no longer than `at_most`.

    Control characters, escapes, line breaks, bidirectional overrides, invisible marks and halves of
    characters become spaces.
    """
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain if at_most is None else plain[:at_most]


def as_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    plain = one_line(text)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) else plain


def from_cell(text: str) -> str:
    """The text of such a cell."""
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(_FORMULA) else text
