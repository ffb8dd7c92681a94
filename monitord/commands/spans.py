"""A duration as an option of a command has it."""

from monitord.errors import ConfigError
from monitord.model import SECOND, parse_span


def seconds_of(option: str, text: str) -> float:
    """`2min` of `--duration`, say, in s; ConfigError names the option."""
    try:
        return parse_span(text) / SECOND
    except ValueError as error:
        raise ConfigError([f"{option}: {error}"]) from error
