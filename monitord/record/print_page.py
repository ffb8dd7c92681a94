"""The parts of a printable page: HTML that needs nothing else, trends as SVG. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Final

from monitord.model import DEFAULT_LANGUAGE, SECOND, Instant

_STYLE: Final = """
body { font: 13px/1.45 system-ui, sans-serif; color: #111; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 1.6rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #bbb; padding: .15rem .6rem .15rem 0; text-align: left; vertical-align: top; }
svg { display: block; margin: .3rem 0 1rem; overflow: visible; } svg text { font-size: 10px; }
.note { border-left: 4px solid #b00; padding-left: .7rem; }
.mark { background: #b00; color: #fff; padding: .3rem .7rem; font-weight: bold; }
tr, svg { break-inside: avoid; } h2 { break-after: avoid; }
@page { margin: 15mm; }
"""
WIDTH: Final = 640
HEIGHT: Final = 90
EDGE: Final = 6
"""Above the highest and below the lowest reading, so that both are seen apart from the frame."""


def page(title: str, parts: Iterable[str], language: str = DEFAULT_LANGUAGE) -> str:
    """A whole document."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def heading(text: str) -> str:
    """A section's title."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """Plain text; `kind` is `note` or `mark`."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def table(rows: Sequence[Mapping[str, str]], none: str = "none") -> str:
    """Rows with the same keys, which are the columns; `none` where there is no row."""
    if not rows:
        return paragraph(none)
    head = "".join(f"<th>{escape(key)}</th>" for key in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.values()) + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def clock(at: Instant | None, zone: tzinfo | None) -> str:
    """Time of day in the zone (None: this machine's), to the second; empty for None."""
    return "" if at is None else local(at, zone).strftime("%H:%M:%S")


def local(at: Instant, zone: tzinfo | None) -> datetime:
    """What clock and calendar on the wall show; None is this machine's zone."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(zone)


def trend(
    points: Sequence[tuple[Instant, float | None]],
    *,
    start: Instant,
    end: Instant,
    scale: tuple[float, float],
    zone: tzinfo | None,
    marks: Sequence[Instant] = (),
    label: str = "trend",
    none: str = "no reading",
) -> str:
    """A signal over the session; gaps stay empty, `marks` are vertical lines, `none` stands where nothing was read.

    The height is that of `scale`, and of what was read outside it: so a small change looks small. A point a pixel is enough: of those that fall on one, the lowest and the highest are drawn.
    """
    known = [value for _, value in points if value is not None]
    if not known or end <= start:
        return paragraph(none)
    low, high = min(*known, scale[0]), max(*known, scale[1])
    span = high - low
    columns: dict[int, tuple[float, float]] = {}
    for at, value in points:
        if value is not None:
            x = round((at - start) / (end - start) * WIDTH)
            least, most = columns.get(x, (value, value))
            columns[x] = min(least, value), max(most, value)

    def y(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE), 1)

    bars = "".join(
        f"M{x} {y(most):g}V{y(least) + 2:g}" for x, (least, most) in sorted(columns.items())
    )
    lines = "".join(f"M{round((at - start) / (end - start) * WIDTH)} 0V{HEIGHT}" for at in marks)
    return (
        f'<svg width="{WIDTH + 60}" height="{HEIGHT + 16}" role="img" aria-label="{escape(label)}">'
        f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#999"/>'
        f'<path d="{lines}" stroke="#b00" stroke-dasharray="3"/>'
        f'<path d="{bars}" stroke="#000" stroke-width="2"/>'
        f'<text x="{WIDTH + 5}" y="{EDGE + 5}">{high:g}</text>'
        f'<text x="{WIDTH + 5}" y="{HEIGHT - EDGE + 5}">{low:g}</text>'
        f'<text x="0" y="{HEIGHT + 13}">{clock(start, zone)}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 13}" text-anchor="end">{clock(end, zone)}</text></svg>'
    )
