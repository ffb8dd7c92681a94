"""The settings of twins that have few: read from the timeline, unknown ones refused."""

from collections.abc import Mapping
from typing import Any

from monitord.model import MINUTE, SECOND, parse_span

EVERY = 5 * MINUTE
"""How often a cuff that measures by itself does so: the interval of the shipped protocols."""


def none(options: Mapping[str, Any]) -> None:
    """ValueError if there are any."""
    if options:
        raise ValueError(f"this twin has no setting {', '.join(options)}")


def every(options: Mapping[str, Any]) -> float:
    """The interval of a cuff, s; nothing else may be set."""
    none({key: options[key] for key in options if key != "every"})
    return (parse_span(options["every"]) if "every" in options else EVERY) / SECOND


def volume(options: Mapping[str, Any]) -> float:
    """Volume that a pump gives over the course, mL; nothing else may be set."""
    none({key: options[key] for key in options if key != "volume"})
    return float(options.get("volume", 50))
