"""What a workload found: figures over several rounds, each beside its peer or limit of the same round."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

TARGETS_MET, TARGET_MISSED = "met", "missed"


@dataclass(slots=True, kw_only=True)
class Row:
    """One system under one load: a value a round, in `unit`."""

    system: str
    load: str
    unit: str
    values: list[float]
    note: str = ""

    @property
    def middle(self) -> float:
        return median(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`ours` over `peer`, round by round; `at_most` or `at_least` is what the issue asks for."""

    what: str
    values: list[float]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def verdict(self) -> str:
        if self.at_most is not None:
            return TARGETS_MET if self.middle <= self.at_most else TARGET_MISSED
        if self.at_least is not None:
            return TARGETS_MET if self.middle >= self.at_least else TARGET_MISSED
        return ""

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return "" if self.at_least is None else f">= {self.at_least:g}"


@dataclass(slots=True, kw_only=True)
class Result:
    """One workload's figures; `skipped` says which peers were left out, and why."""

    workload: str
    title: str
    rows: list[Row] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, system: str, load: str, unit: str, *values: float, note: str = "") -> None:
        """One more round of a system under a load."""
        for row in self.rows:
            if (row.system, row.load, row.unit) == (system, load, unit):
                row.values += values
                return
        self.rows.append(Row(system=system, load=load, unit=unit, values=list(values), note=note))

    def of(self, system: str, load: str, unit: str) -> list[float]:
        """The values of a row; empty where it was not measured."""
        key = (system, load, unit)
        return next((r.values for r in self.rows if (r.system, r.load, r.unit) == key), [])

    def ratio(
        self,
        what: str,
        ours: list[float],
        peer: list[float],
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Round by round, where both were measured."""
        values = [a / b for a, b in zip(ours, peer, strict=False) if b]
        if values:
            self.ratios.append(Ratio(what=what, values=values, at_most=at_most, at_least=at_least))

    def goal(self, what: str, values: list[float], **bound: float) -> None:
        """A target that is a number of its own, not a ratio."""
        if values:
            self.ratios.append(Ratio(what=what, values=values, **bound))

    def line(self) -> str:
        """One line of JSON."""
        document: dict[str, Any] = {
            "workload": self.workload,
            "title": self.title,
            "rows": [
                {
                    "system": row.system,
                    "load": row.load,
                    "unit": row.unit,
                    "median": _round(row.middle),
                    "min": _round(min(row.values)),
                    "max": _round(max(row.values)),
                    "rounds": len(row.values),
                    "note": row.note,
                }
                for row in self.rows
            ],
            "ratios": [
                {
                    "what": ratio.what,
                    "median": _round(ratio.middle),
                    "min": _round(min(ratio.values)),
                    "max": _round(max(ratio.values)),
                    "target": ratio.target,
                    "verdict": ratio.verdict,
                }
                for ratio in self.ratios
            ],
            "skipped": self.skipped,
        }
        return json.dumps(document)

    def table(self) -> Iterator[str]:
        """Markdown."""
        yield f"### {self.workload} {self.title}"
        yield ""
        units = list(dict.fromkeys(row.unit for row in self.rows))
        yield f"| system | load | {' | '.join(units)} | |"
        yield f"|---|---|{'---|' * len(units)}---|"
        for system, load in dict.fromkeys((row.system, row.load) for row in self.rows):
            mine = {r.unit: r for r in self.rows if (r.system, r.load) == (system, load)}
            cells = [_cell(mine[unit].values) if unit in mine else "" for unit in units]
            note = "; ".join(dict.fromkeys(row.note for row in mine.values() if row.note))
            yield f"| {' | '.join([system, load, *cells, note])} |"
        if self.ratios:
            yield ""
            yield "| ratio or target | median | spread | target | |"
            yield "|---|---:|---|---|---|"
            for ratio in self.ratios:
                spread = f"{_text(min(ratio.values))} - {_text(max(ratio.values))}"
                yield (
                    f"| {ratio.what} | {_text(ratio.middle)} | {spread} "
                    f"| {ratio.target} | {ratio.verdict} |"
                )
        for word in self.skipped:
            yield ""
            yield f"Left out: {word}."


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _text(value: float) -> str:
    if value >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _cell(values: list[float]) -> str:
    """The median, and the spread where there were several rounds."""
    spread = f" ({_text(min(values))} - {_text(max(values))})" if len(values) > 1 else ""
    return _text(median(values)) + spread


def percentile(values: list[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]
