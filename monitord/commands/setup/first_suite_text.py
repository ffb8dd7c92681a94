"""The text of a first suite file: what was said, in the order in which a person reads it. Never a secret."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitord.config.protocol.approval import Approval, as_text

Entry = Mapping[str, Any]
"""One device or destination, as the file has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """One bed of the new file: what staff call it, and by name the entry of each device."""

    label: str
    devices: Mapping[str, Entry] = field(default_factory=dict)
    automatic: bool
    """Whether monitord starts its cuff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSuite:
    """All that the questions decided. `first` are told of an alarm at once, `later` when nobody answered,
    `last` is the end of every route and needs no network.
    """

    name: str
    zone: str
    language: str
    database: str
    protocols: Sequence[str]
    approvals: Sequence[Approval]
    chairs: Sequence[Chair]
    destinations: Mapping[str, Entry]
    first: Sequence[str]
    later: Sequence[str]
    last: str


def text_of(suite: FirstSuite) -> str:
    """The file."""
    return "\n".join(_lines(suite)) + "\n"


def _lines(suite: FirstSuite) -> Iterator[str]:
    yield "# Written by `monitord setup`. Every key is explained in the example suite; `monitord check FILE` says"
    yield "# what a change of it means, and `monitord routes -c FILE` who is told of what."
    yield f"suite: {quoted(suite.name)}"
    yield "# The journal: what was measured, decided, told and done."
    yield f"database: {quoted(suite.database)}"
    yield "# The clock of hours, tests and reports, and the language of alarms."
    yield f"zone: {quoted(suite.zone)}"
    yield f"language: {suite.language}"
    yield ""
    yield "# Therapies that may be chosen at admission."
    yield from _list("protocols", suite.protocols)
    yield ""
    yield "# Who approved which protocol, bound to every value in it: `monitord approve NAME --sheet -c FILE` shows them."
    if suite.approvals:
        yield "approvals:"
        for approval in suite.approvals:
            yield as_text(approval).rstrip("\n")
    else:
        yield "approvals: []"
    yield ""
    yield "# The chairs. A bed's key stands in alarms and topics, its label on the page."
    yield "beds:"
    for number, chair in enumerate(suite.chairs, 1):
        yield from _chair(str(number), chair)
    yield ""
    yield "# Ways to tell somebody. `monitord test-destination NAME -c FILE` tries one."
    yield "destinations:"
    for name, entry in suite.destinations.items():
        yield f"  {name}:"
        yield from _entry(entry, 4)
    yield ""
    yield "# Who is told of an alarm, and who next when nobody answers; the last is told again until somebody does."
    yield "routes:"
    yield from _route("high", suite, "30s", "60s", "60s")
    yield from _route("medium", suite, "60s", "3min", "2min")


def _route(priority: str, suite: FirstSuite, second: str, third: str, repeat: str) -> Iterator[str]:
    yield f"  {priority}:"
    yield "    tiers:"
    yield f"      - to: [{', '.join(suite.first)}]"
    if suite.later:
        yield f"      - to: [{', '.join(suite.later)}]"
        yield f"        after: {second}"
    if suite.later or suite.last not in suite.first:
        everybody = dict.fromkeys([*suite.first, *suite.later, suite.last])
        yield f"      - to: [{', '.join(everybody)}]"
        yield f"        after: {third}"
    yield f"    repeat: {repeat}"


def _chair(name: str, chair: Chair) -> Iterator[str]:
    yield f"  {quoted(name)}:"
    yield f"    label: {quoted(chair.label)}"
    if chair.automatic:
        yield "    # monitord starts the cuff by the protocol's schedule."
        yield "    cuff: {automatic: true}"
    yield "    devices:" if chair.devices else "    devices: {}"
    for device, entry in chair.devices.items():
        yield f"      {device}:"
        yield from _entry(entry, 8)


def _entry(entry: Entry, indent: int) -> Iterator[str]:
    for key, value in entry.items():
        yield f"{' ' * indent}{key}: {_value(value)}"


def _value(value: Any) -> str:
    """JSON's values are YAML's; a plain word needs no quotes."""
    if isinstance(value, str) and value.isidentifier() and value not in {"true", "false", "null"}:
        return value
    return json.dumps(value, ensure_ascii=False)


def _list(key: str, values: Sequence[str]) -> Iterator[str]:
    yield f"{key}:" if values else f"{key}: []"
    for value in values:
        yield f"  - {quoted(value)}"


def quoted(words: str) -> str:
    """As YAML's text, whatever it holds but a line's end."""
    return "'" + words.replace("'", "''") + "'"
