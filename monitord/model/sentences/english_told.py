"""English sentences of a message to a pager, a log or another system, around what the alarm itself says. Pure."""

from typing import Final

TOLD: Final[dict[str, str]] = {
    "told": "{priority:told} {where}: {text}",
    "told.high": "HIGH",
    "told.medium": "MEDIUM",
    "told.low": "LOW",
    "told.marked": "{mark:mark} {what}",
    "told.mark": "{mark:mark}",
    "mark.simulated": "SIMULATED",
    "mark.not_durable": "NOT DURABLE",
    "told.by": "by {by}",
    "told.key": "ref {key}",
    "told.bed": "bed {bed}",
    "told.suite": "suite",
    "told.acknowledge": "acknowledged by {by}; {text}",
    "told.accept": "{by} is on the way; {text}",
    "told.reject": "{by} cannot come; {text}",
    "told.over": "{text}; alarm over",
    "told.more": "{what} (and {count:n} more)",
    "told.reading": "{value:n} {unit:unit}",
    "told.reading_plain": "{value:n}",
    "told.change": "change {value:n} {unit:unit}",
    "told.difference": "difference {value:n}",
    "told.limit": "{reading}, limit {limit}",
    "told.since": "since {time} UTC",
    "told.again": "started {times:n} times lately",
    "unit.1": "",
    "unit.mm[Hg]": "mmHg",
    "unit.Cel": "°C",
}
