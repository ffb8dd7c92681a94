"""Every step of an alarm's life is read back from every kind of message, by a parser that is not ours.

HL7 by hl7apy, mail by `email`, JSON lines by a JSON schema, syslog by the grammar of RFC 5424, ESPA by its
published rules. (FHIR, which no notifier sends, is read in `tests/record/test_export.py`.)
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from monitord.model import AlarmLine
from monitord.model.outside_text import one_line
from monitord.notify.channels.espa import call
from monitord.notify.channels.pcd04 import report
from monitord.notify.channels.syslog import SyslogConfig, record
from monitord.notify.message_text import facts, title_of
from monitord.notify.notifier import Bundle
from monitord.store.line_json import line_json
from tests.notify.alarm_steps import Step, every_step


def finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


# HL7.

CODES = {"low": "196674", "high": "196648", "falls": "196616", "none": "196616"}
FLAGS = {"low": ["L"], "high": ["H"], "falls": ["D"], "none": list[str]()}


def segments(parsed: Any) -> list[Any]:
    """Of all groups, in order."""
    found: list[Any] = []
    for child in parsed.children:
        found += segments(child) if child.classname == "Group" else [child]
    return found


def unescaped(text: str) -> str:
    marks = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}
    return re.sub(r"\\([FSTRE])\\", lambda found: marks[found[1]], text)


def test_an_hl7_parser_reads_what_the_engine_said() -> None:
    # Four of five nasty ones go: each holds five of their strings, and the parser takes its time.
    for step in [
        each for each in every_step() if re.fullmatch(r"(?!nasty).*|nasty \d?[05]", each.name)
    ]:
        line = step.message.line
        text = report(step.message, control="c1", durable=True)
        assert "nan" not in text.lower().replace("nan>", ""), step.name
        # R40 has the structure of R01 (HL7 2.6 section 7.3.14); the library knows it by that name.
        known = text.replace("ORU^R40^ORU_R40", "ORU^R01^ORU_R01")
        # A name of a suite or bed beyond 20 letters is said whole all the same: two beds may begin alike.
        strict = not step.name.startswith("nasty")
        level = VALIDATION_LEVEL.STRICT if strict else VALIDATION_LEVEL.TOLERANT
        parsed = parse_message(known, validation_level=level)
        assert not strict or parsed.validate(), step.name
        rows = segments(parsed)
        message = {row.name: row for row in rows}
        obx = {row.obx_1.to_er7(): row for row in rows if row.name == "OBX"}
        code, source = obx["1"], obx["2"]
        assert code.obx_3.to_er7().split("^")[0] == CODES[step.side], step.name
        flags = [each.to_er7() for each in code.obx_8]
        assert flags[: len(flags) - 2] == FLAGS[step.side], step.name
        assert one_line(line.text) in unescaped(code.obx_5.to_er7()), step.name
        facets = {number: obx[number].obx_5.to_er7() for number in "34567"}
        assert (facets["3"], facets["4"], facets["5"]) == (
            step.phase,
            step.state,
            step.inactivation,
        ), step.name
        assert facets["6"] == {"high": "PH", "medium": "PM", "low": "PL"}[line.priority.word]
        assert facets["7"] == {"physiological": "SP", "technical": "ST", "task": "SA"}[step.kind]
        assert unescaped(message["OBR"].obr_3.to_er7().split("^")[0]) == one_line(line.id)
        if line.bed is not None:
            who = line.pseudonym or line.session or "unknown"
            assert unescaped(message["PID"].pid_3.to_er7().split("^")[0]) == one_line(who), (
                step.name
            )
            assert message["PID"].pid_5.to_er7() == "^^^^^^U"
        if step.side not in {"low", "high"}:
            assert source.obx_2.to_er7() == "ST"
            assert unescaped(source.obx_5.to_er7()) == one_line(line.alarm), step.name
            continue
        assert source.obx_2.to_er7() == "NM"
        value, limit = source.obx_5.to_er7(), source.obx_7.to_er7()
        assert (float(value) if value else None) == finite(line.value), step.name
        assert re.fullmatch(r"[+-]?\d*\.?\d*", value), step.name
        bound = {"low": ">", "high": "<"}[step.side]
        assert limit == ("" if line.limit is None else f"{bound}{line.limit:g}"), step.name
        read_at = line.value_at if value and line.value_at else line.at
        assert source.obx_14.to_er7().startswith(_stamp(read_at)), step.name


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y%m%d%H%M%S")


def test_an_alarm_has_one_event_code_for_its_whole_life() -> None:
    codes: dict[str, set[str]] = {}
    for step in every_step():
        if step.name.startswith(("a line of 0.1", "nasty", "value", "without", "of the suite")):
            continue
        text = report(step.message, control="c1", durable=True)
        (code,) = re.findall(r"OBX\|1\|ST\|(\d+)", text)
        codes.setdefault(step.message.line.id + step.message.line.alarm, set()).add(code)
    assert len(codes) >= 6
    assert all(len(each) == 1 for each in codes.values())


# Syslog: the grammar of RFC 5424 section 6.

_PARAM = r'[!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*"'
RFC_5424 = re.compile(
    r"<(?P<pri>0|[1-9]\d{0,2})>1 "
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) "
    r"(?P<host>[!-~]{1,255}) (?P<app>[!-~]{1,48}) (?P<pid>[!-~]{1,128}) (?P<id>[!-~]{1,32}) "
    rf"(?P<data>\[[!#-<>-\\^-~]{{1,32}}(?: {_PARAM})*\])"
    r"(?: (?P<words>.*))?",
    re.DOTALL,
)
"""HEADER, STRUCTURED-DATA and MSG, as their ABNF says."""


def parameters(data: str) -> dict[str, str]:
    found = re.findall(r' ([^= ]+)="((?:[^"\\\]]|\\["\\\]])*)"', data)
    return {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in found}


def test_the_grammar_of_syslog_reads_what_the_engine_said() -> None:
    config = SyslogConfig(address="udp://127.0.0.1", facility="local3")
    severities = {"high": 1, "medium": 4, "low": 5}
    for step in every_step():
        line = step.message.line
        packet = record(step.message, config, durable=True)
        assert len(packet) <= 2048
        found = RFC_5424.fullmatch(packet.decode())
        assert found, step.name
        severity = severities[line.priority.word] if step.asks else 6
        assert int(found["pri"]) == 19 * 8 + severity, step.name
        said = parameters(found["data"])
        assert (said["event"], said["kind"]) == (line.event, step.kind)
        assert said["signal"] == (line.signal or "")
        for name in ("bed", "suite", "alarm"):
            written = one_line(getattr(line, name) or "")
            assert said[name] == written, step.name
        assert one_line(line.text)[:40] in found["words"]


@pytest.mark.parametrize("sign", ["x", '"', "\\", "]", "\u20ac", "\U0001f600"])
@pytest.mark.parametrize("address", ["udp://127.0.0.1", "unix:///dev/log"])
def test_a_record_that_is_too_long_loses_words_and_nothing_else(sign: str, address: str) -> None:
    (begun, *_) = every_step()
    long = dict.fromkeys(("text", "suite", "bed", "alarm", "id"), sign * 5000)
    message = _with(begun, **long)
    packet = record(message, SyslogConfig(address=address), durable=True)
    assert len(packet) <= 2048
    text = packet.decode()
    if address.startswith("udp"):
        assert RFC_5424.fullmatch(text)
    assert parameters(text)["event"] == "start"
    assert parameters(text)["simulated"] == ""


def _with(step: Step, **changes: Any) -> Any:
    return replace(step.message, line=replace(step.message.line, **changes))


# The alarm line: MQTT, webhook, command.

_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"}
_TEXT, _MAYBE_TEXT = {"type": "string"}, {"type": ["string", "null"]}
_MAYBE_NUMBER = {"type": ["number", "null"]}


def _one_of(*words: str | None) -> dict[str, Any]:
    return {"enum": list(words)}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": (
        properties := {
            "schema": {"const": 1},
            "id": _TEXT,
            "at": _TIME,
            "suite": _TEXT,
            "bed": _MAYBE_TEXT,
            "session": _MAYBE_TEXT,
            "alarm": _TEXT,
            "signal": _MAYBE_TEXT,
            "event": _one_of(
                "start", "escalate", "deescalate", "latch", "acknowledge", "accept", "reject",
                "audio_pause", "expire", "reminder", "near_miss", "clear", "end",
            ),
            "priority": _one_of("high", "medium", "low"),
            "kind": _one_of("physiological", "technical", "task"),
            "value": _MAYBE_NUMBER,
            "unit": _MAYBE_TEXT,
            "limit": _MAYBE_NUMBER,
            "since": _TIME,
            "phase": _MAYBE_TEXT,
            "protocol": _MAYBE_TEXT,
            "reason": _TEXT,
            "text": _TEXT,
            "simulated": {"type": "boolean"},
            "by": _MAYBE_TEXT,
            "inhibited_by": _MAYBE_TEXT,
            "worst": _MAYBE_NUMBER,
            "worst_at": {"anyOf": [_TIME, {"type": "null"}]},
            "value_at": {"anyOf": [_TIME, {"type": "null"}]},
            "says": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["key", "values"],
                    "properties": {"key": _TEXT, "values": {"type": "object"}},
                },
            },
            "relation": _one_of("<", "<=", ">", ">=", None),
            "compares": _one_of("value", "change", "score", "difference", None),
            "state": _one_of("active", "acknowledged", "latched", "resting", "inactive", None),
            "audio_paused": {"type": "boolean"},
            "confidential": {"type": "boolean"},
            "durable": {"type": "boolean"},
        }
    ),
    "required": list(properties),
}  # fmt: skip
"""Written by hand from docs/notifiers.md and the field's words, not made from the code."""


def test_a_json_schema_reads_what_the_engine_said() -> None:
    validator = pytest.importorskip("jsonschema_rs").validator_for(SCHEMA)
    for step in every_step():
        text = line_json(step.message.line, durable=True)
        # Strict: NaN and Infinity are no JSON.
        said = json.loads(text, parse_constant=pytest.fail)
        validator.validate(said)
        sides = {"<": "low", "<=": "low", ">": "high", ">=": "high", None: "none"}
        side = sides[said["relation"]]
        if said["compares"] == "change":
            side = {"low": "falls", "high": "rises"}[side]
        assert side == step.side, step.name
        assert said["text"] == step.message.line.text
        if said["state"] is not None:
            state = {"resting": "inactive", "acknowledged": "active"}.get(
                said["state"], said["state"]
            )
            assert state == step.state, step.name


def test_a_program_gets_numbers_that_are_numbers_and_words_of_one_line() -> None:
    for step in every_step():
        said = facts(step.message, durable=True)
        for name in ("value", "worst", "limit"):
            assert said[name] == "" or isfinite(float(said[name])), step.name
        assert said["relation"] in {"<", "<=", ">", ">=", ""}
        assert "nan" not in said["reading"]
        assert all(text == one_line(text) for text in said.values()), step.name


# ESPA 4.4.4: SOH header STX records ETX BCC, a record being number US data, RS between them.


@dataclass(frozen=True, slots=True)
class Block:
    header: str
    records: dict[str, str]


def espa(data: bytes) -> Block:
    """By the proposal of 1984; ValueError for what a receiver would answer with NAK."""
    rest: Iterator[int] = iter(data)

    def field(*ends: int) -> tuple[str, int]:
        text = ""
        for byte in rest:
            if byte in ends:
                return text, byte
            if not 0x20 <= byte <= 0x7E:
                raise ValueError(f"byte {byte:#x} inside a field")
            text += chr(byte)
        raise ValueError("the block has no end")

    if next(rest) != 0x01:
        raise ValueError("no SOH")
    header, _ = field(0x02)
    records, end = {}, 0x1E
    while end == 0x1E:
        number, _ = field(0x1F)
        text, end = field(0x1E, 0x03)
        if number in records or number not in {"1", "2", "3", "4", "5", "6", "7", "8"}:
            raise ValueError(f"record {number}")
        records[number] = text
    check = 0
    for byte in data[1:-1]:
        check ^= byte
    if next(rest) != check & 0x7F or next(rest, None) is not None:
        raise ValueError("checksum")
    return Block(header, records)


def test_an_espa_receiver_reads_what_the_engine_said() -> None:
    for step in every_step():
        line: AlarmLine = step.message.line
        title = title_of(Bundle(messages=(step.message,)))
        found = espa(call(line, title, address="550", beep="3", resets=False))
        assert found.header == "1"
        assert found.records["1"] == "550"
        assert found.records["4"] == "3"
        assert found.records["6"] == {"high": "1", "medium": "2", "low": "3"}[line.priority.word]
        plain = "".join(sign if " " <= sign <= "~" else "?" for sign in title)
        assert found.records["2"] == plain[:128], step.name
