"""One HTML file that needs nothing else: frame, tables, lines and bars as SVG."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from monitord import __version__
from monitord.replay.recordings.column_table import Instants, Values

HONESTY: Final = (
    "monitord is a supplementary information system, not a medical device. This page shows what rules do on "
    "recordings: public ones illustrate, on patients who were not on ketamine; twin-made ones show what the "
    "tool does with a known truth. Neither says anything of clinical benefit."
)

_STYLE: Final = """
:root { color-scheme: light dark; --line: #888; --bad: #c33; --mark: #06c; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .8rem .2rem 0; text-align: left; }
td.number, th.number { text-align: right; }
svg { overflow: visible; margin: .5rem 3rem 1.5rem; } svg text { font-size: 11px; fill: currentColor; }
.note { border-left: 4px solid var(--bad); padding-left: .8rem; }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole document."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n"
        f'<p class="note">{escape(HONESTY)}</p>\n{body}\n<p>monitord {__version__}</p>\n</html>\n'
    )


@cache
def part_of_page(name: str) -> str:
    """A script or style that lies beside this file, for a page that carries it."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def heading(text: str) -> str:
    """A section's title."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str) -> str:
    """Plain text."""
    return f"<p>{escape(text)}</p>"


def items(texts: Iterable[str]) -> str:
    """A list; empty where nothing stands in it."""
    rows = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{rows}</ul>" if rows else ""


def links(found: Iterable[tuple[str, str]]) -> str:
    """Files beside the page, each with its words; `none` where there is none."""
    rows = "".join(f'<li><a href="{escape(to)}">{escape(words)}</a></li>' for to, words in found)
    return f"<ul>{rows}</ul>" if rows else paragraph("none")


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys, which are the columns."""
    if not rows:
        return paragraph("none")
    head = "".join(f"<th{_kind(rows[0][key])}>{escape(key)}</th>" for key in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td{_kind(cell)}>{_cell(cell)}</td>" for cell in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _kind(cell: Any) -> str:
    return ' class="number"' if isinstance(cell, int | float) else ""


def _cell(cell: Any) -> str:
    if cell is None:
        return "-"
    return escape(f"{cell:.3g}" if isinstance(cell, float) else str(cell))


def strip(times: Instants, values: Values, *, at: int, around: int, limit: float | None) -> str:
    """A signal around an instant; the instant and the limit are marked, gaps stay empty."""
    inside = (times >= at - around) & (times <= at + around)
    when, what = times[inside], values[inside]
    known = what[~np.isnan(what)]
    if not len(known):
        return paragraph("no reading around it")
    bounds = [*known.tolist(), *([] if limit is None else [limit])]
    low, high = min(bounds) - 1, max(bounds) + 1
    width, height = 600, 120

    def x(t: float) -> float:
        return round((t - at + around) / (2 * around) * width, 1)

    def y(value: float) -> float:
        return float(round(height - (value - low) / (high - low) * height, 1))

    dots = "".join(
        f'<circle cx="{x(t)}" cy="{y(v)}" r="1.8"/>'
        for t, v in zip(when.tolist(), what.tolist(), strict=True)
        if v == v  # noqa: PLR0124 - NaN is not itself
    )
    line = ""
    if limit is not None:
        line = f'<path d="M0 {y(limit)}H{width}" stroke="var(--bad)" stroke-dasharray="4"/>'
    mark = f'<path d="M{x(at)} 0V{height}" stroke="var(--mark)"/>'
    labels = f'<text x="-34" y="10">{high:g}</text><text x="-34" y="{height}">{low:g}</text>'
    return f'<svg width="{width}" height="{height}" fill="currentColor">{line}{mark}{dots}{labels}</svg>'


def scatter(
    points: Sequence[tuple[float, float, bool]], *, across: str, up: str, size: int = 320
) -> str:
    """Points (x, y, whether it stands out) with their axes' names; both axes begin at 0."""
    if not points:
        return paragraph("no point")
    right = max(p[0] for p in points) or 1.0
    top = max(p[1] for p in points) or 1.0
    dots = "".join(
        f'<circle cx="{x / right * size:.1f}" cy="{size - y / top * size:.1f}" '
        f'r="{4 if out else 2.5}" fill="{"var(--bad)" if out else "var(--line)"}"/>'
        for x, y, out in points
    )
    axes = f'<path d="M0 0V{size}H{size}" fill="none" stroke="currentColor"/>'
    names = (
        f'<text x="0" y="{size + 16}">0</text>'
        f'<text x="{size}" y="{size + 16}" text-anchor="end">{right:.3g} {escape(across)}</text>'
        f'<text x="-4" y="-6">{top:.3g} {escape(up)}</text>'
    )
    return f'<svg width="{size}" height="{size + 20}">{axes}{dots}{names}</svg>'


def bars(counts: Sequence[tuple[str, float]], *, unit: str) -> str:
    """Horizontal bars with their names and values, below what they count."""
    return paragraph(unit) + bar_plot(counts)


def bar_plot(counts: Sequence[tuple[str, float]]) -> str:
    """The bars alone."""
    most = max((value for _, value in counts), default=0) or 1.0
    rows = "".join(
        f'<rect x="180" y="{n * 22 + 3}" height="14" width="{value / most * 360:.1f}" fill="var(--mark)"/>'
        f'<text x="172" y="{n * 22 + 14}" text-anchor="end">{escape(name)}</text>'
        f'<text x="{184 + value / most * 360:.1f}" y="{n * 22 + 14}">{value:.3g}</text>'
        for n, (name, value) in enumerate(counts)
    )
    height = len(counts) * 22 + 4
    return f'<svg width="620" height="{height}">{rows}</svg>'
