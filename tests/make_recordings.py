"""Makes config/recordings/: `python tests/make_recordings.py`, the same bytes each time.

`infusion.csv` is what a monitor's export would hold of one simulated infusion: SpO2 and pulse every
2 s, the cuff every 5 min, with a desaturation, a probe off and a pressure peak; `infusion.events.csv`
says what staff did and what truly happened. `oximeter.jsonl` is a raw capture: bytes of a Nonin DF8
line as the twin's codec wrote them. Nobody was measured.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, Final

from devices.twin.body import Body
from devices.twin.nonin_twin import NoninVoice
from devices.twin.oximeter_body import Oximeter
from monitord.driver import Bedside
from monitord.model import SECOND, Instant, from_iso, iso
from monitord.model.timeline import BedTimeline

FOLDER: Final = Path(__file__).resolve().parent.parent / "config" / "recordings"
ZERO: Final = from_iso("2026-01-05T10:00:00Z")

STORY: Final[dict[str, Any]] = {
    "devices": {"oximeter": {"driver": "nonin", "format": "df8"}},
    "patient": {
        "seed": 6,
        "baseline": {"nibp_sys": 128, "nibp_dia": 80, "spo2": 97},
        "course": {"drug": "ketamine", "start": "5min", "stop": "45min", "rise_sys": 30},
        "reactions": [
            {"reaction": "desaturation", "at": "20min", "depth": 9, "for": "40s"},
            {"reaction": "desaturation", "at": "31min", "depth": 16, "for": "90s"},
            {"reaction": "hypertension", "at": "35min", "depth": 48, "for": "4min"},
        ],
    },
    "faults": [{"at": "12min", "fault": "probe_off", "device": "oximeter", "for": "50s"}],
}
EVENTS: Final = """\
at,event,value,by,until
+0s,start_baseline,,nurse A,
+5min,start_infusion,,nurse A,
+12min,observe,moaas=4,nurse A,
+20min,truth,desaturation,,+21min
+31min,truth,desaturation,,+33min
+35min,truth,hypertension,,+39min
+45min,stop_infusion,,nurse A,
"""
MINUTES: Final = 60
CAPTURED: Final = 6 * 60
"""Seconds of the raw capture: around the probe off."""


def bedside() -> Bedside:
    return Bedside(timeline=BedTimeline.model_validate(STORY), start=ZERO)


def export() -> str:
    """The CSV of a monitor."""
    body = Body(bedside(), "oximeter")
    oximeter = Oximeter(body)
    text = io.StringIO()
    text.write("# simulated: made by a twin, nobody was measured\n")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["Time", "SpO2", "PR", "NBPSys", "NBPDias", "NBPMean"])
    for t in range(0, MINUTES * 60, 2):
        shown = oximeter.read(t)
        cuff = ["", "", ""]
        if t % 300 == 60:
            vitals = body.vitals(t)
            cuff = [f"{v:.0f}" for v in (vitals.nibp_sys, vitals.nibp_dia, vitals.nibp_map)]
        at = iso(Instant(ZERO + t * SECOND))[:19] + "Z"
        rows.writerow([at, _cell(shown.spo2), _cell(shown.pulse_rate), *cuff])
    return text.getvalue()


def _cell(value: float | None) -> str:
    return "--" if value is None else f"{value:.0f}"


def capture() -> str:
    """The bytes on the line, one read a second."""
    voice = NoninVoice(Body(bedside(), "oximeter"), {"format": "df8"})
    begin = 10 * 60
    voice.speak(begin - 1)
    options = {"oximeter": {"format": "df8"}}
    lines: list[dict[str, Any]] = [{"capture": 1, "simulated": True, "options": options}]
    for t in range(begin, begin + CAPTURED):
        if data := voice.speak(t):
            at = iso(Instant(ZERO + t * SECOND + 40_000))
            heard = {"at": at, "device": "oximeter", "family": "nonin", "hex": data.hex()}
            lines.append(heard)
    return "".join(json.dumps(line) + "\n" for line in lines)


def made() -> dict[str, str]:
    """Every file's name and text."""
    return {
        "infusion.csv": export(),
        "infusion.events.csv": EVENTS,
        "oximeter.jsonl": capture(),
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in made().items():
        (FOLDER / name).write_text(text)
