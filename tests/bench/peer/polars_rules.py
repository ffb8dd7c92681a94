"""W3's rules by polars, on one thread: starts and clears of every rule as rows; samples a second, how many.

`polars_rules.py FOLDER sparse|whole`: sparse filters the readings near a limit first, whole does not.
FOLDER holds `rules.json` and one `.npy` of recordings by seconds for each signal.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"

import numpy as np
import polars as pl  # type: ignore[import-not-found]  # its environment is thrown away


def edges(values: Any, width: int, rule: list[Any], *, sparse: bool) -> Any:
    relation, limit, delay, eased = rule
    v, i = pl.col("v"), pl.col("i")
    low = relation in {"<", "<="}
    near = {"<": v < limit + eased, ">=": v >= limit - eased, ">": v > limit - eased}[relation]
    beyond = {"<": v < limit, ">=": v >= limit, ">": v > limit}[relation]
    assert low or relation in {">", ">="}
    frame = pl.LazyFrame({"v": values}).with_row_index("i").with_columns(i.cast(pl.Int64))
    if sparse:
        frame = frame.filter(near)
        parts = (i.diff() != 1) | (i % width == 0)
    else:
        frame = frame.with_columns(near=near)
        parts = (pl.col("near") != pl.col("near").shift()) | (i % width == 0)
    frame = frame.with_columns(beyond=beyond, part=parts.fill_null(value=True))
    if not sparse:
        frame = frame.with_columns(spell=pl.col("part").cum_sum()).filter("near")
        changed = (pl.col("beyond") != pl.col("beyond").shift()) | (
            pl.col("spell") != pl.col("spell").shift()
        )
    else:
        frame = frame.with_columns(spell=pl.col("part").cum_sum())
        changed = pl.col("part") | (pl.col("beyond") != pl.col("beyond").shift())
    runs = (
        frame.with_columns(run=changed.fill_null(value=True).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(pl.first("beyond"), pl.first("spell"), first=i.first(), last=i.last())
    )
    length = pl.col("last") - pl.col("first") + (pl.col("last") % width != width - 1)
    return (
        runs.with_columns(raised=pl.col("beyond") & (length >= delay))
        .group_by("spell", maintain_order=True)
        .agg(
            on=pl.col("first").filter(pl.col("raised")).first() + delay,
            off=pl.col("last").last() + 1,
        )
        .filter(pl.col("on").is_not_null())
        .collect()
    )


folder, sparse = Path(sys.argv[1]), sys.argv[2] == "sparse"
rules = json.loads((folder / "rules.json").read_text())
series = {name: np.load(folder / f"{name}.npy") for name in {rule[0] for rule in rules}}
best, count = float("inf"), 0
for _ in range(3):
    began = time.perf_counter()
    count = 0
    for name, *rule in rules:
        width = series[name].shape[1]
        found = edges(series[name].ravel(), width, rule, sparse=sparse)
        count += len(found) + int((found["off"] % width != 0).sum())
    best = min(best, time.perf_counter() - began)
print(json.dumps([sum(each.size for each in series.values()) / best, count]))
