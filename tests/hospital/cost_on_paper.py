"""What one row, bed and page costs the hospital in processor time, and how many beds that bears: `./dev hospital --paper`.

Processor time is what is counted, so that other programs do not change it much. The limits follow from it by calculation; nobody
ran so many beds.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter

from monitord.config.suite.hospital_file import HospitalUnit
from monitord.config.suite.hospital_link import ClusterAccess
from monitord.hospital.bed_fold import BedFold, fold
from monitord.hospital.overview import Overview
from monitord.hospital.overview_routes import TILES
from monitord.hospital.overview_view import OverviewView, overview_view
from monitord.hospital.partition_fold import KEPT_BED, READINGS_S, KeptBed
from monitord.hospital.sent_row import SentRow
from monitord.model import SECOND
from monitord.station.views.bed_view import bed_view
from monitord.station.views.views import jsonable
from tests.builders import settings
from tests.hospital.stream_reader import PLAN, sent_by
from tests.record.journaled import JournaledBed

NUMERICS_S = 10
ROWS_S = 0.2
"""Of a bed with two devices at the default rate; docs/hospital.md."""
NOW_MB = 256
"""What `server-config` gives the stream of tiles on each node."""
HALF = 0.5
"""Of a core: more is not planned for, since alarms come at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """In µs of processor time, and bytes."""

    fold: float
    keep: float
    hear: float
    tile: float
    tile_read: float
    tile_bytes: int
    row_bytes: float
    look: dict[int, float]
    """Of one look of one page, by the beds that there are."""


def timed(times: int, work: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times * 1e6


def costs(beds: tuple[int, ...] = (100, 1000, 10_000)) -> Costs:
    """On this machine."""
    bed = JournaledBed(settings())
    bed.admit()
    bed.start_baseline()
    bed.spo2(97, "60s")
    bed.start_infusion(override="a measurement")
    bed.spo2(80, "30s")
    bed.spo2(97, "60s")
    with TemporaryDirectory() as folder:
        place = Path(folder)
        sent = sent_by(bed.write(place / "journal.db"), "ward", place, SECOND)
    rows = [row.text() for row in sent]

    def folded() -> BedFold:
        found = BedFold(suite="ward", bed="1")
        for row in rows:
            found = fold(found, SentRow.read(row))
        return found

    kept = KeptBed(stream=1, bed=folded())
    text = KEPT_BED.dump_json(kept)

    def tile() -> Any:
        return jsonable(bed_view("1", bed.engine.state, "Chair 1", bed.now))

    shown = json.dumps(
        {"suite": "ward", "seq": 7, "tile": tile(), "unmonitored": None, "coverage": []}
    )
    return Costs(
        fold=timed(20, folded) / len(rows),
        keep=timed(200, lambda: KEPT_BED.dump_json(kept)),
        hear=timed(200, lambda: KEPT_BED.validate_json(text)),
        tile=timed(50, tile),
        tile_read=timed(200, lambda: json.loads(shown)),
        tile_bytes=len(shown),
        row_bytes=sum(map(len, rows)) / len(rows),
        look={count: look(json.loads(shown), count) for count in beds},
    )


def look(tile: dict[str, Any], beds: int) -> float:
    access = ClusterAccess(servers=("nats://127.0.0.1:4222",))
    overview = Overview(access, PLAN, {"ward": "all"}, 60 * SECOND)
    overview.suites["ward"].now = {"beds": [], "alarms": [], "answers": []}
    overview.tiles = {("ward", str(number)): tile for number in range(beds)}
    units, text = {"all": HospitalUnit(suites=("ward",))}, TypeAdapter(OverviewView)

    def looked() -> object:
        # The loop that tells whether the suite is silent is not running: it is not asked.
        overview.up = False
        return text.dump_json(overview_view("clinic", overview, units, None, TILES))

    return timed(5, looked)


def limits(found: Costs) -> list[tuple[str, float, int]]:
    """What, the µs/s of one bed or (of the tiles) MB, and how many beds it bears; the smallest first."""
    most = max(found.look)
    a_look = found.look[most] / most
    hearing = found.hear / READINGS_S + found.tile_read / NUMERICS_S
    working = ROWS_S * found.fold + found.keep / READINGS_S
    rows = [
        ("overview: one page that looks once a second, half a core", a_look, HALF),
        ("overview: hearing beds and tiles, half a core", hearing, HALF),
        ("workers: folding and keeping beds, half a core of one worker", working, HALF),
    ]
    found_limits = [(what, each, int(share * 1e6 / each)) for what, each, share in rows]
    megabytes = found.tile_bytes / 1e6
    found_limits.append(
        (f"nodes: {NOW_MB} MB of memory for tiles", megabytes, int(NOW_MB / megabytes))
    )
    return sorted(found_limits, key=lambda each: each[2])


def table(found: Costs) -> str:
    """As docs/hospital.md has it."""
    lines = ["| what | a bed | bears so many beds |", "| --- | --- | --- |"]
    for what, each, beds in limits(found):
        amount = f"{each * 1000:.1f} kB" if what.startswith("nodes") else f"{each:.0f} µs/s"
        lines.append(f"| {what} | {amount} | {beds:,} |")
    return "\n".join(lines)


def run() -> None:
    found = costs()
    print(table(found))
    looks = ", ".join(f"{beds} beds {took / 1000:.1f} ms" for beds, took in found.look.items())
    print(
        f"\na row folded {found.fold:.0f} µs, a bed kept {found.keep:.0f} µs and heard {found.hear:.0f} µs, a tile made {found.tile:.0f} µs and read "
        f"{found.tile_read:.0f} µs ({found.tile_bytes} bytes); a look at {looks}"
    )
