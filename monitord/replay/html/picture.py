"""A plot of a page as an SVG file of its own, for a document or a slide. Pure."""

import re
from typing import Final

_COLOURS: Final = {"--line": "#888", "--bad": "#c33", "--mark": "#06c"}
_ASIDE, _ABOVE = 48, 28
"""Room for the labels that stand outside a plot, in px."""


def picture(svg: str) -> str:
    """`svg` as a plot of `page.py` gives it; with its colours, on white, and with room for its labels."""
    head, _, rest = svg.partition(">")
    size = {key: int(value) for key, value in re.findall(r'(width|height)="(\d+)"', head)}
    width, height = size["width"] + 2 * _ASIDE, size["height"] + 2 * _ABOVE
    for name, colour in _COLOURS.items():
        rest = rest.replace(f"var({name})", colour)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{-_ASIDE} {-_ABOVE} {width} {height}" font-family="sans-serif" font-size="11" '
        f'color="#222" fill="#222"><rect x="{-_ASIDE}" y="{-_ABOVE}" width="{width}" '
        f'height="{height}" fill="#fff"/>{rest}\n'
    )
