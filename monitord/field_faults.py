"""What is wrong with a value that text became, in our own words by the library's kind of finding. What was given is never in it."""

from collections.abc import Mapping
from typing import Any, Final

_WORDS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "json_invalid": "is not JSON",
    "string_type": "must be text",
    "string_pattern_mismatch": "has characters, or a form, that are not taken here",
    "string_unicode": "must be text",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be {le} or less",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "union_tag_not_found": "needs its kind, in {discriminator}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "model_type": "must hold keys and values",
    "model_attributes_type": "must hold keys and values",
    "dataclass_type": "must hold keys and values",
    "dict_type": "must hold keys and values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
}
OTHERWISE: Final = "cannot be used as it is"


def field_fault(fault: Mapping[str, Any]) -> str:
    """One of the library's findings as a sentence whose subject is the field; what our own checks say stays."""
    context = fault.get("ctx") or {}
    if fault["type"] == "value_error":
        return str(context.get("error", OTHERWISE))
    try:
        return _WORDS.get(fault["type"], OTHERWISE).format_map(context)
    except KeyError:
        return OTHERWISE
