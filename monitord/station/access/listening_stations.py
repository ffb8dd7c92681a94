"""Which stations listen: pages that staff gave a name, heard of every 5 s. Pure.

A named page that falls silent, is hidden or cannot sound is not listening: a technical
fault of the suite, which the other stations show and sound. A page without a name is a visitor.

After a restart of the daemon the stations name themselves again with their next word; one that
was switched off meanwhile is not missed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitord.model import SECOND, STATION_PREFIX, Cause, Fault, Sentence, in_words, say

EVERY_S = 5.0
"""How often a page says that it is there."""
SILENT_S = 15.0
"""Three words missed: the station is gone (reference clinical section 7: link loss in 10 s)."""
DEAF_S = 60.0
"""A page that was just opened has its sound locked until somebody touches it."""
ANSWER_S = 60.0
"""A test alarm that nobody answered by then shows that nobody is at the station, or hears it."""
MAX_STATIONS = 32


class Sound(StrEnum):
    """What a page says of its own sound; no browser tells it of a muted tab, or of its loudspeaker.

    A test alarm that somebody answers proves the rest.
    """

    PLAYS = "plays"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    STUCK = "stuck"


_DEAF: Final = {
    Sound.LOCKED: say("why.station_locked"),
    Sound.SUSPENDED: say("why.station_suspended"),
    Sound.STUCK: say("why.station_stuck"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """One named station; `trouble` is None while it listens, and `why` says the same by its key.

    `asked` while a test alarm waits there for its answer, `answered_s` the time that the last took.
    """

    name: str
    visible: bool
    sound: Sound
    silent_s: float
    asked: bool
    answered_s: float | None
    trouble: str | None
    why: Sentence | None


@dataclass(slots=True)
class _Station:
    heard_at: float
    good_at: float
    visible: bool = True
    sound: Sound = Sound.PLAYS
    faulty: bool = False
    asked_at: float | None = None
    answered_s: float | None = None


class ListeningStations:
    """The named stations. `now` is seconds of any clock that never goes back."""

    def __init__(self) -> None:
        self._stations: dict[str, _Station] = {}

    def heard(self, name: str, now: float, *, visible: bool, sound: Sound) -> list[Fault] | None:
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
        station.visible, station.sound = visible, sound
        if visible and sound is Sound.PLAYS:
            station.good_at = now
            faults += _over(name, station, now)
        return faults

    def ask(self, name: str, now: float) -> bool:
        """A test alarm begins there; False where there is no such station."""
        station = self._stations.get(name)
        if station is None:
            return False
        if station.asked_at is None:
            station.asked_at, station.answered_s = now, None
        return True

    def answer(self, name: str, now: float) -> list[Fault] | None:
        """Somebody there answered the test alarm; None where none waits."""
        station = self._stations.get(name)
        if station is None or station.asked_at is None:
            return None
        station.answered_s, station.asked_at = round(now - station.asked_at, 1), None
        return _over(name, station, now)

    def asked(self) -> list[str]:
        """The stations where a test alarm waits for its answer."""
        return [name for name, each in self._stations.items() if each.asked_at is not None]

    def forget_silent(self, now: float) -> list[Fault]:
        """Nobody misses those that were switched off."""
        gone = [name for name, s in self._stations.items() if now - s.heard_at >= SILENT_S]
        return [self.dismiss(name) for name in gone]

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
        return [_view(name, station, now) for name, station in sorted(self._stations.items())]


def _view(name: str, station: _Station, now: float) -> StationView:
    why = _trouble(station, now)
    return StationView(
        name=name,
        visible=station.visible,
        sound=station.sound,
        silent_s=round(now - station.heard_at, 1),
        asked=station.asked_at is not None,
        answered_s=station.answered_s,
        trouble=None if why is None else in_words(why),
        why=why,
    )


def _over(name: str, station: _Station, now: float) -> list[Fault]:
    if not station.faulty or _trouble(station, now) is not None:
        return []
    station.faulty = False
    return [_fault(name, None)]


def _trouble(station: _Station, now: float) -> Sentence | None:
    if now - station.heard_at >= SILENT_S:
        return say("why.station_silent")
    if station.asked_at is not None and now - station.asked_at >= ANSWER_S:
        return say("why.station_unanswered", lasted=round(ANSWER_S * SECOND))
    if now - station.good_at < DEAF_S:
        return None
    if station.sound is not Sound.PLAYS:
        return _DEAF[station.sound]
    return None if station.visible else say("why.station_hidden")


def _fault(name: str, why: Sentence | None) -> Fault:
    return Fault(
        cause=Cause.STATION, subject=f"{STATION_PREFIX}{name}", present=why is not None, why=why
    )
