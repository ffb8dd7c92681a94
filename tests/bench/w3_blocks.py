"""W3: 1,000 recordings x 2 h x 1 Hz x (SpO2, pulse rate), a pressure each 5 min, six rules -> alarms.

Limit: numpy that finds the few samples beyond a limit first, over all recordings as one array,
without a time, quality, gap, doubt or session anywhere; it counts starts and clears, monitord makes a list of
them. All give the same number. `opened as well` counts what a session's opening works out of its recording, once:
which readings are heard, at what pace. Peers run in throw-away environments and are skipped with a word where they can't be.
"""

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitord.config import read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmEvent,
    Instant,
    Priority,
    Quality,
    Relation,
    Signal,
)
from monitord.replay.recordings.column_table import ABSENT, QUALITIES, Table
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.recording_session import open_session
from monitord.replay.run.replay_run import replay
from monitord.replay.vector.vector_run import alarms_of
from tests.bench import peers
from tests.bench.figures import Result
from tests.bench.ward import KETAMINE

Floats = NDArray[np.float64]

SECONDS = 7200
START = Instant(1_767_607_200 * SECOND)
GOOD = QUALITIES.index(Quality.GOOD)
SIGNALS = (Signal.SPO2, Signal.PULSE_RATE, Signal.NIBP_SYS)

SIX = {
    "spo2_low": (Signal.SPO2, Relation.BELOW, 90.0, 10, 2.0),
    "spo2_deep": (Signal.SPO2, Relation.BELOW, 85.0, 0, 2.0),
    "pulse_low": (Signal.PULSE_RATE, Relation.BELOW, 50.0, 15, 5.0),
    "pulse_high": (Signal.PULSE_RATE, Relation.ABOVE, 120.0, 30, 5.0),
    "pressure_high": (Signal.NIBP_SYS, Relation.AT_LEAST, 160.0, 0, 5.0),
    "pressure_low": (Signal.NIBP_SYS, Relation.BELOW, 90.0, 0, 5.0),
}
"""Signal, relation, limit, delay in seconds, hysteresis."""


SPO2_RAMP, PULSE_RAMP = 4, 15
"""What a second of a dip brings, in % and beats/min: an engine believes it; the limit doubts nothing."""


def courses(count: int) -> tuple[Floats, Floats, Floats]:
    """Patients who are mostly well: slow wandering, and a dip or a rise now and then."""
    draw = np.random.default_rng(20260105)
    shape = (count, SECONDS)
    spo2 = np.full(shape, 97.0) + np.round(draw.normal(0, 0.7, shape))
    pulse = 72 + np.round(draw.normal(0, 2, shape) + 6 * draw.normal(0, 1, (count, 1)))
    pressure = np.round(draw.normal(132, 12, (count, SECONDS // 300)))
    for row in range(count):
        for series, low, high, ramp in ((spo2, -16, -4, SPO2_RAMP), (pulse, -30, 60, PULSE_RAMP)):
            for _ in range(draw.poisson(2)):
                start, length = draw.integers(0, SECONDS - 300), draw.integers(5, 200)
                depth = int(draw.integers(low, high))
                slope = ramp * np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1))
                series[row, start : start + length] += np.sign(depth) * np.minimum(
                    slope, abs(depth)
                )
    return np.minimum(spo2, 100), pulse, pressure


def recording(spo2: Floats, pulse: Floats, pressure: Floats) -> Recording:
    values = np.full((SECONDS, 3), np.nan, order="F")
    values[:, 0], values[:, 1], values[::300, 2] = spo2, pulse, pressure
    codes = np.full((SECONDS, 3), GOOD, np.int8, order="F")
    codes[:, 2] = ABSENT
    codes[::300, 2] = GOOD
    times = START + np.arange(SECONDS, dtype=np.int64) * SECOND
    table = Table(times=times, signals=SIGNALS, values=values, codes=codes)
    report = ReadingReport(reader="bench", clock="bench", rows=SECONDS, frames=SECONDS)
    return Recording(path=Path("x"), source="bench", patient="x", report=report, table=table)


def plan() -> Protocol:
    """The six rules alone."""
    rules: dict[str, ProtocolRule] = {
        name: LimitRule(
            signal=signal,
            hysteresis=eased,
            levels=(
                LimitLevel(
                    limit=Limit(relation, value), priority=Priority.MEDIUM, delay=delay * SECOND
                ),
            ),
        )
        for name, (signal, relation, value, delay, eased) in SIX.items()
    }
    protocol = read_protocol(KETAMINE)
    fresh = {**protocol.fresh, Signal.NIBP_SYS: 60 * MINUTE}
    quiet = replace(protocol.alarms, latching=())
    return replace(protocol, rules=rules, fresh=fresh, alarms=quiet)


def sparse(series: dict[Signal, Floats]) -> int:
    """Starts and clears by the quickest numpy that we know: only samples beyond a limit are touched."""
    edges = 0
    for signal, relation, limit, delay, eased in SIX.values():
        values = series[signal].ravel()
        width = series[signal].shape[1]
        if relation.low:
            near = np.flatnonzero(values < limit + eased)
            beyond = values[near] < limit
        elif relation is Relation.AT_LEAST:
            near = np.flatnonzero(values >= limit - eased)
            beyond = values[near] >= limit
        else:
            near = np.flatnonzero(values > limit - eased)
            beyond = values[near] > limit
        if not len(near):
            continue
        parts = np.diff(near) != 1
        parts |= near[1:] % width == 0
        spell = np.concatenate(([0], np.cumsum(parts)))
        steps = np.flatnonzero(np.concatenate(([True], (np.diff(beyond) != 0) | parts, [True])))
        starts, ends = steps[:-1], steps[1:]
        # The delay counts from the first sample; the deadline needs no sample of its own.
        last = (near[ends - 1] % width) == width - 1
        length = near[ends - 1] - near[starts] + ~last
        raised = beyond[starts] & (length >= delay)
        # Of a spell's runs the first that lasts starts the alarm; the spell's end clears it.
        lasting = np.unique(spell[starts[raised]])
        edges += len(lasting)
        spell_ends = np.append(near[:-1][parts], near[-1]) % width
        edges += int((spell_ends[lasting] != width - 1).sum())
    return edges


PEERS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "polars, near readings first": ("polars", ("polars_rules.py", "sparse"), 1000),
    "polars, whole signals": ("polars", ("polars_rules.py", "whole"), 1000),
    "bytewax": ("bytewax", ("bytewax_rules.py",), 20),
}
"""By name: what to install, the script with its words, how many recordings it is given at most."""


def measure_peers(result: Result, series: dict[Signal, Floats], load: str, unit: str) -> None:
    """Each peer over the same courses; it must find as many starts and clears as the limit does."""
    for name, (package, (script, *words), most) in PEERS.items():
        some = {signal: values[:most] for signal, values in series.items()}
        folder = peers.workshop() / f"courses-{package}"
        folder.mkdir(exist_ok=True)
        for signal, values in some.items():
            np.save(folder / f"{signal.value}.npy", values)
        rules = [[signal.value, relation.value, *rest] for signal, relation, *rest in SIX.values()]
        (folder / "rules.json").write_text(json.dumps(rules))
        try:
            python = peers.python_with(package, "numpy")
            said = peers.output(name, python, str(peers.HERE / script), str(folder), *words)
        except peers.MissingError as why:
            result.skipped.append(str(why))
            continue
        rate, found = json.loads(said)
        result.add(name, load, unit, rate / 1e6)
        if found != sparse(some):
            result.skipped.append(f"edges differ: {name} {found}, numpy {sparse(some)}")


def run(*, quick: bool) -> Result:
    result = Result(workload="W3", title="block engine, million samples a second on one thread")
    count, rounds = (100, 3) if quick else (1000, 5)
    spo2, pulse, pressure = courses(count)
    protocol = plan()
    series = {Signal.SPO2: spo2, Signal.PULSE_RATE: pulse, Signal.NIBP_SYS: pressure}
    samples = count * (2 * SECONDS + SECONDS // 300) / 1e6
    unit, load = "M samples/s", f"{count} recordings"
    found = expected = 0
    for _ in range(rounds):
        recordings = [recording(*one) for one in zip(spo2, pulse, pressure, strict=True)]
        began = time.perf_counter()
        sessions = [open_session(each, protocol) for each in recordings]
        opening = time.perf_counter() - began
        began = time.perf_counter()
        flat = sum(float(values.max()) for values in series.values())
        result.add("one pass over the memory", load, unit, samples / (time.perf_counter() - began))
        began = time.perf_counter()
        expected = sparse(series)
        result.add("numpy, sparse (limit)", load, unit, samples / (time.perf_counter() - began))
        began = time.perf_counter()
        found = sum(
            edge.event in {AlarmEvent.START, AlarmEvent.CLEAR}
            for one in alarms_of(sessions)
            for edge in one.edges
        )
        lasted = time.perf_counter() - began
        result.add("monitord, block form", load, unit, samples / lasted)
        result.add("monitord, opened as well", load, unit, samples / (opening + lasted))
        some = sessions[:5]
        began = time.perf_counter()
        for one in some:
            sum(1 for _ in replay(one))
        share = samples * len(some) / count / (time.perf_counter() - began)
        result.add("monitord, stepped", load, unit, share)
        assert flat > 0
    measure_peers(result, series, load, unit)
    if found != expected:
        result.skipped.append(f"edges differ: monitord {found}, numpy {expected}")
    next(
        row for row in result.rows if row.system == "monitord, block form"
    ).note = f"{found} starts and clears"
    limit = result.of("numpy, sparse (limit)", load, unit)
    ours = result.of("monitord, block form", load, unit)
    result.ratio("numpy, sparse / monitord", limit, ours, at_most=2)
    for name in PEERS:
        result.ratio(f"monitord / {name}", ours, result.of(name, load, unit), at_least=1)
    return result
