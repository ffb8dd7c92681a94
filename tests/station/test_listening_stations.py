"""Named stations: who listens, who is missed."""

import pytest

from monitord.model import SECOND, Cause, in_words, say
from monitord.station.access.listening_stations import (
    ANSWER_S,
    DEAF_S,
    EVERY_S,
    MAX_STATIONS,
    SILENT_S,
    ListeningStations,
    Sound,
)


def listening(stations: ListeningStations, name: str, now: float) -> list[tuple[str, bool]]:
    faults = stations.heard(name, now, visible=True, sound=Sound.PLAYS)
    assert faults is not None
    return [(fault.subject, fault.present) for fault in faults]


def test_a_station_that_falls_silent_is_missed_once_and_its_return_ends_it() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    assert stations.check(SILENT_S - 0.1) == []
    (fault,) = stations.check(SILENT_S)
    assert (fault.cause, fault.subject, fault.present) == (Cause.STATION, "station Desk", True)
    assert fault.why == say("why.station_silent")
    assert stations.check(SILENT_S + 1) == []
    assert listening(stations, "Desk", SILENT_S + 2) == [("station Desk", False)]


def test_one_missed_word_is_no_loss() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    assert stations.check(2 * EVERY_S) == []


@pytest.mark.parametrize(
    ("sound", "says"),
    [
        (Sound.LOCKED, "its sound is locked, touch its screen"),
        (Sound.SUSPENDED, "its browser stopped its sound, touch its screen"),
        (Sound.STUCK, "its sound stands still, reload its page"),
    ],
)
def test_a_station_that_cannot_sound_for_a_minute_is_not_listening(sound: Sound, says: str) -> None:
    stations = ListeningStations()
    now = 0.0
    while now < DEAF_S:
        stations.heard("Desk", now, visible=True, sound=sound)
        assert stations.check(now) == []
        now += EVERY_S
    stations.heard("Desk", now, visible=True, sound=sound)
    (fault,) = stations.check(now)
    assert fault.why is not None
    assert in_words(fault.why) == says
    assert stations.view(now)[0].trouble == says


def test_a_hidden_page_is_not_listening() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    stations.heard("Desk", DEAF_S, visible=False, sound=Sound.PLAYS)
    assert [fault.why for fault in stations.check(DEAF_S)] == [say("why.station_hidden")]


def test_the_first_word_ends_what_was_told_before_a_restart() -> None:
    assert listening(ListeningStations(), "Desk", 0) == [("station Desk", False)]


def test_a_dismissed_station_is_not_missed() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    stations.check(SILENT_S)
    assert not stations.dismiss("Desk").present
    assert stations.check(10 * SILENT_S) == []
    assert stations.view(0) == []


def test_there_is_an_end_to_names() -> None:
    stations = ListeningStations()
    for n in range(MAX_STATIONS):
        listening(stations, str(n), 0)
    assert stations.heard("one more", 0, visible=True, sound=Sound.PLAYS) is None
    assert stations.heard("0", 1, visible=True, sound=Sound.PLAYS) is not None


def test_a_test_alarm_is_answered_and_its_time_is_kept() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    assert not stations.ask("Nowhere", 1)
    assert stations.ask("Desk", 1)
    assert stations.asked() == ["Desk"]
    assert stations.answer("Desk", 3.44) == []
    assert stations.asked() == []
    assert stations.view(4)[0].answered_s == 2.4
    assert stations.answer("Desk", 5) is None


def test_a_test_alarm_that_nobody_answers_is_a_fault_until_somebody_does() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    stations.ask("Desk", 0)
    now = 0.0
    while now < ANSWER_S:
        assert stations.check(now) == []
        listening(stations, "Desk", now)
        now += EVERY_S
    (fault,) = stations.check(now)
    assert fault.why == say("why.station_unanswered", lasted=60 * SECOND)
    assert listening(stations, "Desk", now + 1) == []
    assert [fault.present for fault in stations.answer("Desk", now + 2) or ()] == [False]


def test_stations_that_were_switched_off_after_closing_are_not_missed() -> None:
    stations = ListeningStations()
    listening(stations, "Desk", 0)
    listening(stations, "Wall", SILENT_S)
    assert [fault.present for fault in stations.forget_silent(SILENT_S)] == [False]
    assert [station.name for station in stations.view(SILENT_S)] == ["Wall"]
