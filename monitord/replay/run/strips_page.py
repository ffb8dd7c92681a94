"""A whole recording as zoomable strips in one file: signals, limits in force, phases, staff, alarms and why. Pure.

uPlot (MIT) draws; it and the style stand in the file, which asks the network for nothing.
"""

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from monitord.model import AlarmLine
from monitord.replay.html.html_page import heading, items, page, paragraph, part_of_page
from monitord.replay.run.limits_in_force import LimitsAt
from monitord.replay.run.recording_session import RecordingSession
from monitord.replay.run.strips_data import Drawn, drawn_session, strips_data, thinned_signals

HOW_TO_READ: Final = (
    "Drag across a strip to see a part; a double click shows all. A click on an alarm goes there. Grey: no"
    " reading. Times are UTC."
)


def strips_page(
    session: RecordingSession,
    told: Sequence[AlarmLine],
    in_force: Sequence[LimitsAt],
    remarks: Iterable[str],
) -> str:
    """The page of one replay; `told` are its lines, `remarks` what a reader must know before."""
    drawn = drawn_session(session, told, in_force)
    parts = [
        items([*remarks, *remarks_of(drawn)]),
        paragraph(HOW_TO_READ),
        f'<section class="session">{strips(drawn)}</section>',
        drawing(),
    ]
    return page(f"{session.recording.path.name}: {session.identity}", parts)


def remarks_of(drawn: Drawn) -> list[str]:
    """What the strips do not show whole."""
    many = thinned_signals(drawn)
    return [f"drawn by the least and greatest of neighbours: {', '.join(many)}"] if many else []


def folded_strips(name: str, summary: str, a: Drawn, b: Drawn) -> str:
    """The strips of both sides, drawn when somebody opens them."""
    return (
        f'<details class="session" data-session="{escape(name)}">'
        f"<summary>{escape(summary)}</summary>{strips(a, b)}</details>"
    )


def strips(a: Drawn, b: Drawn | None = None) -> str:
    """Where `drawing` draws one replay, or two, and from what."""
    return (
        f'<div class="strips"></div>{heading("Alarms")}<div class="alarms"></div>'
        f'<script type="application/json">{_embedded(strips_data(a, b))}</script>'
    )


def drawing() -> str:
    """What draws all strips of a page; it stands once, behind them."""
    style = part_of_page("uPlot.min.css") + part_of_page("strips.css")
    return (
        f"<style>{style}</style><script>{part_of_page('uPlot.iife.min.js')}</script>"
        f"<script>{part_of_page('strips.js')}</script>"
    )


def _embedded(data: Any) -> str:
    """JSON that no text in it can end."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
