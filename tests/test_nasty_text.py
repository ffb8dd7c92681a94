"""Text from outside stays text on every way in and every way out."""

import csv
import io
import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from monitord.daemon.sequencing.inbox import DETAIL_AT_MOST, Inbox
from monitord.model import AlarmEvent, Cause, Event, Fault, Instant
from monitord.model.outside_text import as_cell, one_line
from monitord.notify.channels.espa import call
from monitord.notify.channels.hl7_message import Hl7Message
from monitord.notify.channels.pcd04 import report
from monitord.notify.channels.syslog import SyslogConfig, record
from monitord.notify.channels.terminal import logged, said
from monitord.notify.message_text import body_of, facts, headline, title_of
from monitord.notify.notifier import Bundle
from monitord.station.input_types import Text, Who
from tests.builders_notify import notify

NASTY = (
    "\x1b[2J\x1b[1;1Hall is well",
    "\x1b]0;title\x07",
    "\x9b31mred",
    "first\nsecond: HIGH bed 2",
    "first\r\nBcc: everybody@example.org",
    "line\u2028paragraph\u2029",
    "\u202eretsis\u202c",
    "\u2066isolated\u2069",
    "zero\u200bwidth\ufeff",
    "nul\x00here",
    "bell\a\a\a",
    "half \ud800 a character",
    '=HYPERLINK("http://example.org")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    " =1+1",
    "|^~\\&",
    "\\X0D\\MSH|^~\\&|FORGED",
    "\x0bMSH|\x1c\r",
    '"]} <script>alert(1)</script>',
    "${jndi:ldap://example.org}",
    "%s%n{bed}",
)  # fmt: skip
"""What reached somebody's terminal, log, spreadsheet or mail head in public reports, and its siblings."""

STEERS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)

each_nasty = pytest.mark.parametrize("nasty", NASTY, ids=[ascii(each) for each in NASTY])


@each_nasty
def test_one_line_keeps_what_can_be_read_and_nothing_that_steers(nasty: str) -> None:
    plain = one_line(nasty)
    assert not STEERS.search(plain)
    assert len(plain) == len(nasty)
    assert one_line(plain) == plain
    assert one_line(nasty, 3) == plain[:3]


@each_nasty
@pytest.mark.parametrize("field", ["text", "by", "bed", "suite", "alarm"])
def test_no_way_out_carries_what_steers(nasty: str, field: str) -> None:
    """Terminal, log, mail and chat, programs, syslog."""
    changes: dict[str, Any] = {field: nasty}
    message = notify(event=AlarmEvent.ACCEPT, **changes)
    line = message.line
    ways = [
        said(line, durable=True),
        logged(line, durable=True),
        headline(line),
        title_of(Bundle(messages=(message,))),
        *body_of(Bundle(messages=(message,))).split("\n"),
        *facts(message, durable=True).values(),
        record(message, SyslogConfig(), durable=True).decode(),
        record(message, SyslogConfig(address="udp://127.0.0.1"), durable=True).decode(),
    ]
    for way in ways:
        assert not STEERS.search(way), way


@each_nasty
def test_an_hl7_message_has_its_own_segments_and_brings_back_what_was_meant(nasty: str) -> None:
    message = report(notify(text=nasty, suite=nasty, bed=nasty), control="c1", durable=True)
    segments = message.rstrip("\r").split("\r")
    kinds = [segment[:3] for segment in segments]
    assert kinds == ["MSH", "PID", "PV1", "OBR", *["OBX"] * 7]
    assert not STEERS.search(message.replace("\r", ""))
    found = Hl7Message(message)
    assert one_line(nasty) in found.field("OBX", 5)
    assert found.field("PV1", 3, 3) == one_line(nasty)


@each_nasty
def test_a_pager_on_a_serial_line_gets_plain_letters(nasty: str) -> None:
    frame = call(notify(text=nasty).line, nasty, address="1", beep="1")
    assert frame.count(b"\x03") == 1
    assert b"\x1b" not in frame


@each_nasty
def test_a_spreadsheet_takes_no_cell_for_a_formula(nasty: str) -> None:
    cell = as_cell(nasty)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert not STEERS.search(cell)
    out = io.StringIO()
    csv.writer(out).writerow([cell])
    assert next(csv.reader(io.StringIO(out.getvalue()))) == [cell]


@each_nasty
def test_what_a_page_posts_is_refused_or_made_plain(nasty: str) -> None:
    class Posted(BaseModel):
        by: Who
        note: Text

    try:
        taken = Posted(by=nasty, note=nasty)
    except ValidationError:
        return
    assert not STEERS.search(taken.by + taken.note)


@each_nasty
def test_what_a_device_says_of_itself_enters_as_plain_text(nasty: str) -> None:
    inbox = Inbox()
    fault = Fault(cause=Cause.DEVICE, subject="cuff", present=True, detail=nasty * 50)
    inbox.put(Event(at=Instant(1), bed="1", body=fault, source="cuff"))
    (event,) = inbox.take()
    assert isinstance(event.body, Fault)
    assert not STEERS.search(event.body.detail)
    assert len(event.body.detail) <= DETAIL_AT_MOST
