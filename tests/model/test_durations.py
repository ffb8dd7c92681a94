"""Durations as people and files write them."""

import pytest

from monitord.model import HOUR, MINUTE, SECOND, Span, parse_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("15s", 15 * SECOND),
        ("1.5min", 90 * SECOND),
        (" 2 h ", 2 * HOUR),
        ("0s", 0),
        ("90min", 90 * MINUTE),
    ],
)
def test_a_number_with_its_unit_is_a_duration(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text", ["15", "s", "-1s", "1e3s", "inf s", "nan s", "1,5s", "5x", "", None, 5]
)
def test_anything_else_is_none(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_span(text)


@pytest.mark.parametrize("text", ["9" * 400 + "s", "1" + "0" * 30 + "ms", "900000h"])
def test_one_of_centuries_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a hundred years"):
        parse_span(text)
