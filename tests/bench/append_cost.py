"""What a commit costs beside another checkout: `python -m tests.bench.append_cost CHECKOUT [--rounds N] [--folder DIR]`.

Both checkouts are measured by turns in one run, each in a process of its own. `path` is a sample's whole way in
one process (decode, engine with the whole ketamine protocol, append of what waited), as in `stages`, without a
broker; the other rows are appends alone. Figures are microseconds of processor; the best round of each counts: the others shared
the processor's caches with somebody.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from devices.mqtt.mqtt_payload import decode
from monitord.store.journal.journal import Entry, Journal
from tests.bench.stages import CONFIG, event, infusing, payloads
from tests.store.builders import admit, configured, frame, line, notify

COUNT = 1200


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("checkout", type=Path, nargs="?")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--folder", default=tempfile.gettempdir())
    given = arguments.parse_args()
    if given.checkout is None:
        print(json.dumps(dict(_figures(given.folder))))
        return
    here = Path(__file__).parents[2]
    found: dict[Path, list[dict[str, float]]] = {given.checkout: [], here: []}
    for _ in range(given.rounds):
        for checkout, rounds in found.items():
            rounds.append(_elsewhere(checkout, given.folder))
    before, after = found.values()
    for name in after[0]:
        was, now = (min(each[name] for each in rounds) for rounds in (before, after))
        print(f"{name}: {was:.1f} before, {now:.1f} now, {now / was:.2f} times")


def _elsewhere(checkout: Path, folder: str) -> dict[str, float]:
    """This very file with the code of a checkout."""
    script = f"import runpy; runpy.run_path({__file__!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script, "--folder", folder],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=checkout,
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _figures(folder: str) -> Iterator[tuple[str, float]]:
    for size in (1, 12, 100):
        yield f"path, {size} a commit, a sample", _path(folder, size)
    yield "append of one reading", _appends(folder, COUNT, lambda n: [frame(n)])
    twelve = [str(bed) for bed in range(12)]
    yield (
        "append of a reading of twelve beds",
        _appends(folder, COUNT // 4, lambda n: [frame(n, bed=bed) for bed in twelve]),
    )
    yield "append of an alarm with two messages", _appends(folder, COUNT // 4, _alarm)


def _path(folder: str, size: int) -> float:
    texts, readings, engine = payloads()[:COUNT], CONFIG.wanted(), infusing()
    with (
        tempfile.TemporaryDirectory(dir=folder) as name,
        Journal.open(Path(name) / "j.db") as journal,
    ):
        waiting: list[Entry] = []
        began = time.process_time()
        for number, text in enumerate(texts):
            one = event(number, decode(text, readings, CONFIG.paths).frame)
            effects = tuple(engine.step(one))
            first = engine.effects_decided - len(effects) + 1
            waiting.append(Entry(bed="1", event=one, effects=effects, first_n=first))
            if len(waiting) == size:
                journal.append(waiting)
                waiting = []
        return 1e6 * (time.process_time() - began) / COUNT


def _appends(folder: str, count: int, entries: Callable[[int], list[Entry]]) -> float:
    with (
        tempfile.TemporaryDirectory(dir=folder) as name,
        Journal.open(Path(name) / "j.db") as journal,
    ):
        journal.append([configured(0, "{}"), admit(1, "s1")])
        groups = [entries(10 + n) for n in range(count)]
        began = time.process_time()
        for group in groups:
            journal.append(group)
        return 1e6 * (time.process_time() - began) / count


def _alarm(n: int) -> list[Entry]:
    told = line(n, f"s1/spo2_low/{n}")
    effects = (told, notify(f"k{n}", told), notify(f"d{n}", told, "desk"))
    return [replace(frame(n, spo2=86.0), effects=effects, first_n=1 + 3 * n)]


if __name__ == "__main__":
    main()
