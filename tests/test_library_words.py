"""What a library says of a wrong value never goes out: its words are asked for in no place of the product."""

import ast
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from monitord.errors import in_words
from monitord.field_faults import field_fault
from tests.program import Command, monitord
from tests.sources import product

__all__ = ["monitord"]

LIBRARYS = ("Input ", "Field ", "String ", "Value ", "Extra ", "Unable ", "List ")


def test_no_place_takes_the_librarys_message() -> None:
    """`details["msg"]` is pydantic's own sentence; `field_fault` has ours."""
    for source in product():
        for node in ast.walk(ast.parse(source.text, source.path)):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                assert node.slice.value != "msg", source.path


def test_each_kind_of_finding_has_a_sentence_of_ours() -> None:
    for kind in get_args(ErrorType):
        said = field_fault({"type": kind, "msg": "Input should be other", "ctx": {}})
        assert not said.startswith(LIBRARYS), kind


def test_a_wrong_value_is_said_in_one_line_without_the_value() -> None:
    tried: tuple[tuple[Any, Any], ...] = (
        (int, "secret"),
        (dict[str, int], {"a": "secret"}),
        (list[bool], ["secret"]),
    )
    for kind, value in tried:
        try:
            TypeAdapter(kind).validate_python(value)
        except ValidationError as error:
            said = in_words(error)
            assert "secret" not in said
            assert not any(word in said for word in LIBRARYS), said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("retention --days x", "must be a whole number"),
        ("retention --days 0", "must be 1 or more"),
        ("people token wall --role viewer --days 400", "must be 366 or less"),
        ("qualify --speed x", "must be a number"),
        ("backup --keep -1", "must be 0 or more"),
    ],
)
def test_a_wrong_value_of_an_option_is_said_in_our_words(
    words: str, said: str, monitord: Command
) -> None:
    answer = monitord(*words.split())
    assert answer.code == 2
    assert said in answer.err
    assert not any(word in answer.err for word in LIBRARYS), answer.err
