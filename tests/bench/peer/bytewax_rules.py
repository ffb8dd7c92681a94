"""W3's rules by bytewax, on one worker: starts and clears of every rule; samples a second, how many.

`bytewax_rules.py FOLDER`; FOLDER holds `rules.json` and one `.npy` of recordings by seconds for each signal.
"""

import json
import sys
import time
from collections.abc import Iterator
from operator import ge, gt, lt
from pathlib import Path
from typing import Any

import bytewax.operators as op  # type: ignore[import-not-found]  # its environment is thrown away
import numpy as np
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found]
from bytewax.testing import TestingSink, TestingSource, run_main  # type: ignore[import-not-found]

HOLDS = {"<": lt, ">": gt, ">=": ge}
folder = Path(sys.argv[1])
rules = json.loads((folder / "rules.json").read_text())
series = {name: np.load(folder / f"{name}.npy") for name in {rule[0] for rule in rules}}
of = {name: [tuple(rule[1:]) for rule in rules if rule[0] == name] for name in series}


def samples() -> Iterator[tuple[str, tuple[int, float]]]:
    for name, table in series.items():
        for row, values in enumerate(table.tolist()):
            for second, value in enumerate(values):
                yield f"{name}/{row}", (second, value)


def judge(state: Any, item: Any) -> tuple[Any, list[Any]]:
    """`state`: a rule's first second beyond its limit, and whether its alarm is on."""
    name, (second, value) = item
    out = []
    for key, (relation, limit, delay, eased) in enumerate(of[name]):
        since, on = state.get(key, (None, False))
        beyond = HOLDS[relation]
        if since is not None and not on and second - since >= delay:
            on = True
            out.append((key, "start", since + delay))
        if on:
            if not beyond(value - eased if relation == "<" else value + eased, limit):
                out.append((key, "clear", second))
                since, on = None, False
        elif not beyond(value, limit):
            since = None
        elif since is None:
            since = second
            if delay == 0:
                on = True
                out.append((key, "start", second))
        state[key] = since, on
    return state, out


def step(state: Any, item: Any) -> tuple[Any, list[Any]]:
    return judge(state or {}, item)


def named(pair: Any) -> Any:
    key, item = pair
    return key, (key.partition("/")[0], item)


out: list[object] = []
flow = Dataflow("rules")
keyed = op.map("name", op.input("in", flow, TestingSource(samples(), batch_size=1000)), named)
told = op.flat_map(
    "edges", op.stateful_map("judge", keyed, step), lambda pair: [(pair[0], e) for e in pair[1]]
)
op.output("out", told, TestingSink(out))
began = time.perf_counter()
run_main(flow)
took = time.perf_counter() - began
print(json.dumps([sum(each.size for each in series.values()) / took, len(out)]))
