"""Which stations listen: pages that staff gave a name, heard of every 5 s. Pure.

A named page that falls silent, is hidden or has its sound locked is not listening: a technical
fault of the suite, which the other stations show and sound. A page without a name is a visitor.

After a restart of the daemon the stations name themselves again with their next word; one that
was switched off meanwhile is not missed.
"""

from dataclasses import dataclass

from typing_extensions import TypedDict

from monitord.model import Cause, Fault

EVERY_S = 5.0
"""How often a page says that it is there."""
SILENT_S = 15.0
"""Three words missed: the station is gone (reference clinical section 7: link loss in 10 s)."""
DEAF_S = 60.0
"""A page that was just opened has its sound locked until somebody touches it."""
MAX_STATIONS = 32


class StationView(TypedDict):
    """One named station; `trouble` is None while it listens."""

    name: str
    visible: bool
    audio: bool
    silent_s: float
    trouble: str | None


@dataclass(slots=True)
class _Station:
    heard_at: float
    good_at: float
    visible: bool = True
    audio: bool = True
    faulty: bool = False


class Presence:
    """The named stations. `now` is seconds of any clock that never goes back."""

    def __init__(self) -> None:
        self._stations: dict[str, _Station] = {}

    def heard(self, name: str, now: float, *, visible: bool, audio: bool) -> list[Fault] | None:
        """A station said how it is; None where there are too many to take another."""
        station = self._stations.get(name)
        faults = []
        if station is None:
            if len(self._stations) >= MAX_STATIONS:
                return None
            station = self._stations[name] = _Station(heard_at=now, good_at=now)
            # Before a restart it may have been missed.
            faults.append(_fault(name, None))
        station.heard_at = now
        station.visible, station.audio = visible, audio
        if visible and audio:
            station.good_at = now
            if station.faulty:
                station.faulty = False
                faults.append(_fault(name, None))
        return faults

    def check(self, now: float) -> list[Fault]:
        """What became of those that were not heard, or do not listen; each is told once."""
        faults = []
        for name, station in self._stations.items():
            trouble = _trouble(station, now)
            if trouble is not None and not station.faulty:
                station.faulty = True
                faults.append(_fault(name, trouble))
        return faults

    def dismiss(self, name: str) -> Fault:
        """Staff took the station out of use: it is not missed."""
        self._stations.pop(name, None)
        return _fault(name, None)

    def view(self, now: float) -> list[StationView]:
        """Every named station, by name."""
        return [
            StationView(
                name=name,
                visible=station.visible,
                audio=station.audio,
                silent_s=round(now - station.heard_at, 1),
                trouble=_trouble(station, now),
            )
            for name, station in sorted(self._stations.items())
        ]


def _trouble(station: _Station, now: float) -> str | None:
    if now - station.heard_at >= SILENT_S:
        return f"not heard for {SILENT_S:g} s"
    if now - station.good_at < DEAF_S:
        return None
    if not station.audio:
        return "its sound is locked"
    return None if station.visible else "its page is hidden"


def _fault(name: str, trouble: str | None) -> Fault:
    subject = f"station {name}"
    return Fault(
        cause=Cause.STATION, subject=subject, present=trouble is not None, detail=trouble or ""
    )
