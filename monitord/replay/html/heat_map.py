"""A table of numbers as coloured squares, as SVG. Pure."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

_WIDE, _HIGH, _LEFT, _TOP = 88, 34, 150, 40


def heat_map(
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    cells: Mapping[tuple[str, str], float | None],
    *,
    marked: tuple[str, str] | None = None,
) -> str:
    """`cells` by (across, down); the least is pale, the greatest dark, None an empty square. `marked` has a frame."""
    known = [value for value in cells.values() if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = high - low or 1.0
    parts = [
        f'<text x="{_LEFT}" y="12">{escape(across[0])}</text>',
        f'<text x="0" y="{_TOP - 8}">{escape(down[0])}</text>',
    ]
    for n, name in enumerate(across[1]):
        middle = _LEFT + n * _WIDE + _WIDE // 2
        parts.append(
            f'<text x="{middle}" y="{_TOP - 8}" text-anchor="middle">{escape(name)}</text>'
        )
    for row, below in enumerate(down[1]):
        y = _TOP + row * _HIGH
        parts.append(f'<text x="0" y="{y + 21}">{escape(below)}</text>')
        for n, name in enumerate(across[1]):
            x, value = _LEFT + n * _WIDE, cells.get((name, below))
            depth = 0.0 if value is None else 0.12 + 0.78 * (value - low) / span
            frame = ' stroke="#06c" stroke-width="3"' if marked == (name, below) else ""
            parts.append(
                f'<rect x="{x + 2}" y="{y + 2}" width="{_WIDE - 4}" height="{_HIGH - 4}" fill="#c33"'
                f' fill-opacity="{depth:.2f}"{frame}/>'
            )
            ink = "#fff" if depth > _DARK else "currentColor"
            said = "-" if value is None else f"{value:.3g}"
            parts.append(
                f'<text x="{x + _WIDE // 2}" y="{y + 21}" text-anchor="middle" style="fill:{ink}">{said}</text>'
            )
    width, height = _LEFT + len(across[1]) * _WIDE, _TOP + len(down[1]) * _HIGH
    return f'<svg width="{width}" height="{height}">{"".join(parts)}</svg>'


_DARK: Final = 0.55
"""From here on white is read better than the text's own colour."""
