"""The overview as a page is given it: every suite and bed, what is worst first. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitord.config.suite.hospital_file import HospitalUnit
from monitord.hospital.overview import Overview

WAITS: Final = 1_000_000
"""Before everything else: what nobody of the suite answers, and a bed that nobody watches."""
_UNWATCHED: Final = frozenset({"blind", "degraded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BedRow:
    """One bed: its suite's own `tile` (None beyond the first ones), and what stands of it in a list.

    `beyond` says that the last tier of its suite was told of a high alarm again. `answers` are the words with which
    it may be answered from here. `age_s` says how long ago the tile came (None: before this service was there); of a bed
    that its suite does not monitor `lost` says why.
    """

    suite: str
    unit: str
    bed: str
    label: str
    seq: int
    urgency: int
    news: int
    alarms: int
    unanswered: int
    beyond: bool
    silent: bool
    monitored: bool
    coverage: dict[str, str]
    unwatched: list[str]
    answers: list[str]
    age_s: float | None
    tile: dict[str, Any] | None
    lost: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRow:
    """One suite: whether it is silent, and the alarms of its own equipment."""

    suite: str
    unit: str
    silent: bool
    heard: bool
    beds: int
    alarms: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """What an account may see: silent suites first, then beds, unanswered and worst first."""

    hospital: str
    up: bool
    workers: bool
    suites: list[SuiteRow]
    beds: list[BedRow]


def overview_view(
    name: str,
    overview: Overview,
    units: Mapping[str, HospitalUnit],
    account: str | None,
    tiles: int,
) -> OverviewView:
    """`account` is None where there are none: then everybody sees and answers everything."""
    seen = {
        suite: unit
        for suite, unit in overview.units.items()
        if account is None or units[unit].may_see(account)
    }
    suites = [_suite(overview, suite, unit) for suite, unit in seen.items()]
    suites.sort(key=lambda row: (not row.silent, -len(row.alarms), row.suite))
    beds = [
        _bed(overview, suite, bed, units[seen[suite]], account)
        for suite, bed in sorted(overview.tiles)
        if suite in seen
    ]
    beds.sort(key=lambda row: (-row.urgency, -row.news, row.suite, row.bed))
    return OverviewView(
        hospital=name,
        up=overview.up,
        workers=not overview.unowned,
        suites=suites,
        beds=[row if n < tiles else _without_tile(row) for n, row in enumerate(beds)],
    )


def may_answer(unit: HospitalUnit, account: str | None) -> bool:
    """Whether the account may answer alarms of the unit."""
    return account is None or account in unit.answers


def _suite(overview: Overview, suite: str, unit: str) -> SuiteRow:
    seen = overview.suites[suite]
    return SuiteRow(
        suite=suite,
        unit=unit,
        silent=overview.silent(suite),
        heard=seen.heard_at is not None,
        beds=len(seen.now.get("beds", ())),
        alarms=seen.now.get("alarms", []),
    )


def _bed(
    overview: Overview, suite: str, bed: str, unit: HospitalUnit, account: str | None
) -> BedRow:
    shown = overview.tiles[suite, bed]
    tile = shown["tile"]
    alarms = tile["alarms"] if tile else []
    fold = overview.folds.get((suite, bed))
    beyond = fold is not None and any(
        alarm.repeated is not None and alarm.since is not None for alarm in fold.alarms.values()
    )
    coverage = {each["signal"]: each["watch"] for each in shown["coverage"]}
    unwatched = [signal for signal, watch in coverage.items() if watch in _UNWATCHED]
    urgency = max((alarm["urgency"] for alarm in alarms), default=0)
    if beyond or tile is None:
        urgency += WAITS
    lost = shown["unmonitored"] or {}
    words = overview.suites[suite].now.get("answers", [])
    return BedRow(
        suite=suite,
        unit=overview.units[suite],
        bed=bed,
        label=tile["label"] if tile else lost.get("label", bed),
        seq=shown["seq"],
        urgency=urgency,
        news=max((alarm["news"] for alarm in alarms), default=0),
        alarms=len(alarms),
        unanswered=sum(alarm["phase"] != "acknowledged" for alarm in alarms),
        beyond=beyond,
        silent=overview.silent(suite),
        monitored=tile is not None,
        coverage=coverage,
        unwatched=unwatched,
        answers=list(words) if may_answer(unit, account) else [],
        age_s=overview.age_s(suite, bed),
        tile=tile,
        lost=shown["unmonitored"],
    )


def _without_tile(row: BedRow) -> BedRow:
    return BedRow(**{name: getattr(row, name) for name in row.__slots__} | {"tile": None})
