"""Twin-made infusions with known desaturations, for the tool's own test: nobody was measured.

`python -m tests.replay.infusions FOLDER 40` makes forty.
"""

import sys
from pathlib import Path

from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from monitord.driver import Bedside
from monitord.model import SECOND, Instant, iso
from monitord.model.timeline import BedTimeline
from tests.make_recordings import ZERO

LASTS = 30 * 60
"""Seconds of each."""


def make_infusions(folder: Path, count: int) -> Path:
    """`count` patients, each with one deep and one shallow, short desaturation; the deep one is true."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        deep, depth = 8 + number % 7, 10 + number % 6
        story = {
            "devices": {"oximeter": "nonin"},
            "patient": {
                "seed": number,
                "course": {"drug": "ketamine", "start": "1min", "stop": "29min"},
                "reactions": [
                    {"reaction": "desaturation", "at": f"{deep}min", "depth": depth, "for": "60s"},
                    {"reaction": "desaturation", "at": "20min", "depth": 8.5, "for": "6s"},
                ],
            },
        }
        bedside = Bedside(timeline=BedTimeline.model_validate(story), start=ZERO)
        oximeter = Oximeter(Body(bedside, "oximeter"))
        rows = ["# simulated: made by a twin, nobody was measured", "Time,SpO2,PR"]
        for t in range(LASTS):
            shown = oximeter.read(t)
            cells = ["--" if v is None else str(v) for v in (shown.spo2, shown.pulse_rate)]
            rows.append(",".join([iso(Instant(ZERO + t * SECOND)), *cells]))
        (folder / f"twin{number:03}.csv").write_text("\n".join(rows) + "\n")
        truth = f"at,event,value,until\n+{deep}min,truth,desaturation,+{deep + 1}min\n"
        (folder / f"twin{number:03}.events.csv").write_text(truth)
    return folder


if __name__ == "__main__":
    make_infusions(Path(sys.argv[1]), int(sys.argv[2]))
