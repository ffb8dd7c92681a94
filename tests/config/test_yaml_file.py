"""YAML becomes plain values with lines, or a ConfigError."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.config.files.yaml_file import SIZE_LIMIT, read_file, read_text
from monitord.errors import ConfigError


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_text(text, "f.yaml")
    return caught.value.faults


def test_words_times_and_dates_stay_text() -> None:
    text = "a: no\nb: 12:30\nc: 010\nd: 2026-01-05\ne: 1e3\nf: .inf\ng: 0x1F\nh: 1_000\ni: 123e45678901"
    values = read_text(text, "f.yaml").value
    assert all(isinstance(value, str) for value in values.values())
    assert values["a"] == "no"


def test_numbers_truths_and_nothing_are_read_as_json_reads_them() -> None:
    values = read_text('a: 90\nb: -0.5\nc: true\nd: ~\ne:\nf: "90"', "f.yaml").value
    assert values == {"a": 90, "b": -0.5, "c": True, "d": None, "e": None, "f": "90"}


def test_every_key_and_item_knows_its_line() -> None:
    document = read_text("a:\n  b:\n    - 1\n    - c: 2\n", "f.yaml")
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "b", 1, "c")) == 4
    assert document.line(("a", "b", 1, "missing")) == 4
    assert document.at(("a", "x"), "is missing") == "f.yaml:1: a.x: is missing"


def test_a_doubled_key_is_a_fault_that_names_both_lines() -> None:
    assert faults("limit: 1\nother: 2\nlimit: 3") == [
        "f.yaml:3: the key 'limit' stands here twice, first in line 1"
    ]


def test_a_key_written_as_a_number_and_as_text_is_the_same_key() -> None:
    assert len(faults('beds:\n  1: a\n  "1": b')) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x 1\nb: *x", "alias"),
        ("&a [*a]", "alias"),
        ("a: !!python/object x", "tag"),
        ("a: !secret x", "tag"),
        ("? [a]\n: 1", "a key must be a word"),
        ("", "empty"),
        ("--- a\n--- b", "not YAML"),
        ("a: [1", "not YAML"),
        ('"\\U99999999"', "not YAML"),
        ('"\\ud800"', "half a character"),
        ("[" * 1000, "nested too deeply"),
        ("\x00", "not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_a_fault(text: str, sentence: str) -> None:
    assert sentence in faults(text)[0]


def test_files_that_are_missing_too_big_or_not_text_are_faults(tmp_path: Path) -> None:
    big, binary = tmp_path / "big.yaml", tmp_path / "binary.yaml"
    big.write_bytes(b"#" * (SIZE_LIMIT + 1))
    binary.write_bytes(b"a: 1\nb: \xff\n")
    for path, sentence in (
        (tmp_path / "none.yaml", "cannot be read"),
        (tmp_path, "cannot be read"),
        (big, "over"),
        (binary, "binary.yaml:2: not UTF-8"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            read_file(path)


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_a_config_error(text: str) -> None:
    try:
        read_text(text, "f.yaml")
    except ConfigError as error:
        assert error.faults  # noqa: PT017 - either outcome is right


# YAML knows no control characters and takes U+2028 for the end of a line.
TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"), exclude_characters="\ufeff"),
    max_size=10,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_json_is_read_as_itself(value: object, ascii_only: bool) -> None:
    assert read_text(json.dumps(value, ensure_ascii=ascii_only), "f").value == value


@given(st.floats(0.001, 1e6))
def test_a_float_is_never_infinite(value: float) -> None:
    read = read_text(f"a: {value:.6f}", "f").value["a"]
    assert math.isfinite(read)
