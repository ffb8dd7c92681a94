"""Units as they stand in headers and cells, and how a number becomes one in the signal's own unit. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitord.model import SIGNALS, Signal

_KPA: Final = 7.50062  # mmHg


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """`number * scale + offset` is in the unit `of` the signals' table."""

    of: str
    scale: float = 1.0
    offset: float = 0.0

    @property
    def own(self) -> bool:
        """Whether it is the signal's own unit."""
        return self.scale == 1 and not self.offset

    def to_own(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """In the signal's own unit."""
        return numbers * self.scale + self.offset


_NAMES: Final[dict[str, Unit]] = {
    **dict.fromkeys(("%", "percent", "pct", "perc", "prozent", "%spo2"), Unit(of="%")),
    **dict.fromkeys(
        [
            "bpm",
            "/min",
            "1/min",
            "min-1",
            "min^-1",
            "perminute",
            "beats/min",
            "beat/min",
            "beats/minute",
            "rpm",
            "brpm",
            "breaths/min",
            "breath/min",
            "breaths/minute",
            "resp/min",
            "p/min",
            "pulse/min",
            "schlage/min",
            "slagen/min",
            "count/min",
            "lpm",
            "lat/min",
            "batt/min",
            "cpm",
            "pm",
            "{beats}/min",
            "{breaths}/min",
            "次/分",
            "次/分钟",
            "次/分鐘",
            "拍/分",
            "回/分",
            "회/분",
        ],
        Unit(of="/min"),
    ),
    **dict.fromkeys(("mmhg", "mm[hg]", "torr", "毫米汞柱"), Unit(of="mm[Hg]")),
    **dict.fromkeys(("kpa", "千帕", "キロパスカル"), Unit(of="mm[Hg]", scale=_KPA)),
    **dict.fromkeys(
        ("c", "°c", "cel", "degc", "celsius", "grad", "摄氏度", "攝氏度", "摂氏", "℃"),
        Unit(of="Cel"),
    ),
    **dict.fromkeys(
        ("f", "°f", "degf", "fahrenheit", "[degf]", "华氏度", "華氏度", "華氏"),
        Unit(of="Cel", scale=5 / 9, offset=-32 * 5 / 9),
    ),
    **dict.fromkeys(("fraction", "1"), Unit(of="%", scale=100.0)),
    **dict.fromkeys(
        [
            "ms",
            "s",
            "sec",
            "mv",
            "uv",
            "v",
            "hz",
            "vol%",
            "mmol/l",
            "mg/dl",
            "ml",
            "l",
            "kg",
            "steps",
            "db",
            "ohm",
            "g/dl",
            "inhg",
            "psi",
            "bar",
            "hpa",
            "mbar",
            "cmh2o",
        ],
        Unit(of="another quantity"),
    ),
}


def unit(text: str) -> Unit | None:
    """The unit that a text names, None for any other text."""
    # A degree sign has a composed form of its own letter; an accent has none.
    plain = unicodedata.normalize("NFKD", text.strip().lower().replace("⁻¹", "-1"))
    return _NAMES.get("".join(c for c in plain if not unicodedata.combining(c)).replace(" ", ""))


def fits(found: Unit, signal: Signal) -> bool:
    """Whether numbers of this unit can be the signal's."""
    return found.of == SIGNALS[signal].unit


_CELL: Final = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s].*)?")


_THOUSANDS: Final = re.compile(r"[1-9],\d{3}(?!\d)")
"""`1,200`: a comma among thousands. As a point it would have no reading of its own: 1.2 of anything."""


def quantity(cell: str) -> tuple[float, str] | None:
    """`104 mmHg` as number and the unit's text, which may be empty; None where it is no number."""
    found = _CELL.fullmatch(cell.strip())
    if found is None or _THOUSANDS.match(found[1]):
        return None
    return float(found[1].replace(",", ".")), (found[2] or "").strip()
