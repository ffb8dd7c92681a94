"""How far a suite has sent its journal: a small file beside it, written after the cluster has taken what it counts.

Lost, or of another record, it begins anew where the stream's time begins: the hospital knows what it has by its numbers.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from monitord.model import Span

FILE = "hospital-position.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkPosition:
    """Everything up to event `seq` and effect `effect` of this `journal` was taken.

    `every` and `spans` say of each source, `bed/device`, in which span of time its last frame lay: a restart
    sends the same frames.
    """

    journal: str
    seq: int
    effect: int
    every: Span = 0
    spans: tuple[tuple[str, int], ...] = ()

    def reached(
        self, seq: int, effect: int, every: Span, spans: dict[str, int]
    ) -> "UplinkPosition":
        """As far as that."""
        ordered = tuple(sorted(spans.items()))
        return replace(self, seq=seq, effect=effect, every=every, spans=ordered)


def load_position(folder: Path) -> UplinkPosition | None:
    """None where there is none that can be read."""
    try:
        row = json.loads((folder / FILE).read_text(encoding="utf-8"))
        row["spans"] = tuple((str(name), int(span)) for name, span in row["spans"])
        return UplinkPosition(**row)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_position(folder: Path, position: UplinkPosition) -> None:
    """In one step: a file that is half written would begin anew."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.write_text(json.dumps(asdict(position)), encoding="utf-8")
    fresh.replace(folder / FILE)
