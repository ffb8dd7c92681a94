"""Named stations: who listens, who is missed."""

from monitord.model import Cause
from monitord.station.access.listening_stations import (
    ANSWER_S,
    DEAF_S,
    EVERY_S,
    MAX_STATIONS,
    SILENT_S,
    Presence,
)


def listening(presence: Presence, name: str, now: float) -> list[tuple[str, bool]]:
    faults = presence.heard(name, now, visible=True, audio=True)
    assert faults is not None
    return [(fault.subject, fault.present) for fault in faults]


def test_a_station_that_falls_silent_is_missed_once_and_its_return_ends_it() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    assert presence.check(SILENT_S - 0.1) == []
    (fault,) = presence.check(SILENT_S)
    assert (fault.cause, fault.subject, fault.present) == (Cause.STATION, "station Desk", True)
    assert fault.detail == "not heard for 15 s"
    assert presence.check(SILENT_S + 1) == []
    assert listening(presence, "Desk", SILENT_S + 2) == [("station Desk", False)]


def test_one_missed_word_is_no_loss() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    assert presence.check(2 * EVERY_S) == []


def test_a_station_whose_sound_stays_locked_is_not_listening() -> None:
    presence = Presence()
    now = 0.0
    while now < DEAF_S:
        presence.heard("Desk", now, visible=True, audio=False)
        assert presence.check(now) == []
        now += EVERY_S
    presence.heard("Desk", now, visible=True, audio=False)
    (fault,) = presence.check(now)
    assert fault.detail == "its sound is locked"
    assert presence.view(now)[0].trouble == "its sound is locked"


def test_a_hidden_page_is_not_listening() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    presence.heard("Desk", DEAF_S, visible=False, audio=True)
    assert [fault.detail for fault in presence.check(DEAF_S)] == ["its page is hidden"]


def test_the_first_word_ends_what_was_told_before_a_restart() -> None:
    assert listening(Presence(), "Desk", 0) == [("station Desk", False)]


def test_a_dismissed_station_is_not_missed() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    presence.check(SILENT_S)
    assert not presence.dismiss("Desk").present
    assert presence.check(10 * SILENT_S) == []
    assert presence.view(0) == []


def test_there_is_an_end_to_names() -> None:
    presence = Presence()
    for n in range(MAX_STATIONS):
        listening(presence, str(n), 0)
    assert presence.heard("one more", 0, visible=True, audio=True) is None
    assert presence.heard("0", 1, visible=True, audio=True) is not None


def test_a_test_alarm_is_answered_and_its_time_is_kept() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    assert not presence.ask("Nowhere", 1)
    assert presence.ask("Desk", 1)
    assert presence.asked() == ["Desk"]
    assert presence.answer("Desk", 3.44) == []
    assert presence.asked() == []
    assert presence.view(4)[0].answered_s == 2.4
    assert presence.answer("Desk", 5) is None


def test_a_test_alarm_that_nobody_answers_is_a_fault_until_somebody_does() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    presence.ask("Desk", 0)
    now = 0.0
    while now < ANSWER_S:
        assert presence.check(now) == []
        listening(presence, "Desk", now)
        now += EVERY_S
    (fault,) = presence.check(now)
    assert fault.detail == "its test alarm was not answered within 60 s"
    assert listening(presence, "Desk", now + 1) == []
    assert [fault.present for fault in presence.answer("Desk", now + 2) or ()] == [False]


def test_stations_that_were_switched_off_after_closing_are_not_missed() -> None:
    presence = Presence()
    listening(presence, "Desk", 0)
    listening(presence, "Wall", SILENT_S)
    assert [fault.present for fault in presence.forget_silent(SILENT_S)] == [False]
    assert [station.name for station in presence.view(SILENT_S)] == ["Wall"]
