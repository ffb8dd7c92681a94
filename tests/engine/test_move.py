"""A patient goes to another bed, and nothing about them is forgotten on the way."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.engine.engine import Engine
from monitord.model import (
    AlarmEvent,
    AlarmLine,
    Instant,
    Kind,
    Notify,
    Priority,
    Reason,
    Signal,
    Withdraw,
)
from tests.builders import Bed, admitted, infusing, lines_of
from tests.builders import settings as a_bed
from tests.effort import examples
from tests.engine.histories import HISTORIES, Player, Step, audit


def another(**more: Any) -> Bed:
    return Bed(a_bed(**more), name="2")


def test_the_session_goes_on_at_the_other_bed_and_leaves_this_one_empty() -> None:
    here, there = infusing(), another()
    here.nibp(130)
    here.wait("5min")

    assert here.move_to(there) is None

    assert here.state.session is None
    session = there.state.session
    assert session is not None
    assert (session.id, session.phase, session.infusion) == ("s1", "infusion", "running")
    assert [step.action.type for step in session.steps][-1] == "move"
    assert [d.item for d in there.state.due] == ["nibp"]


def test_an_unanswered_alarm_is_told_again_with_the_new_bed_and_waits_for_no_old_message() -> None:
    here, there = infusing(), another()
    here.spo2(88, "20s")

    here.move_to(there)

    alarm = there.alarm("spo2_low")
    assert alarm is not None
    assert alarm.id == "s1/spo2_low/1"
    (line,) = lines_of(there.effects)
    assert (line.bed, line.event, line.reason) == ("2", AlarmEvent.REMINDER, Reason.MOVED)
    assert line.text == "SpO2 88 now, below 90 for 20 s; patient moved here from chair 1"
    told = [e for e in there.effects if isinstance(e, Withdraw | Notify)]
    assert isinstance(told[0], Withdraw)
    assert [e.destination for e in told if isinstance(e, Notify)] == ["nurse"]
    assert [each for each in here.of("spo2_low") if each.event is AlarmEvent.END] == []


def test_an_answer_moves_along_and_who_knows_of_the_alarm_learns_where_it_is() -> None:
    here, there = infusing(), another()
    here.spo2(88, "20s")
    here.acknowledge("spo2_low")

    here.move_to(there)

    alarm = there.alarm("spo2_low")
    assert alarm is not None
    assert alarm.answered_by == "nurse"
    told = [e.line for e in there.effects if isinstance(e, Notify)]
    assert [(line.bed, line.reason) for line in told] == [("2", Reason.MOVED)]


def test_a_delay_goes_on_where_it_was() -> None:
    here, there = infusing(), another()
    here.spo2(88, "10s")
    here.move_to(there)

    there.spo2(88, "6s")

    assert there.story("spo2_low") == ["15s start medium"]


def test_silence_on_the_way_clears_nothing() -> None:
    here, there = infusing(), another()
    here.spo2(88, "20s")
    here.move_to(there)

    there.wait("3min")

    assert there.alarm("spo2_low") is not None
    assert there.alarm("spo2_stale") is not None


def test_alarms_of_the_devices_stay_with_their_bed() -> None:
    here, there = infusing(), another()
    here.link(up=False)
    there.link(up=False, device="cuff")
    here.wait("30s"), there.wait("30s")
    assert here.alarm("link:oximeter") is not None

    here.move_to(there)

    assert there.alarm("link:oximeter") is None
    assert there.alarm("link:cuff") is not None
    ended = [line for line in here.of("link:oximeter") if line.event is AlarmEvent.END]
    assert [line.session for line in ended] == ["s1"]


def test_no_id_is_given_twice_though_both_beds_had_the_same_fault() -> None:
    here, there = infusing(), another()
    here.link(up=False)
    here.wait("30s")
    here.move_to(there)
    there.link(up=False)
    there.wait("30s")

    ids = [line.id for line in (*here.lines, *there.lines) if line.event is AlarmEvent.START]

    assert [each for each in ids if each.startswith("s1/link")] == [
        "s1/link:oximeter/1",
        "s1/link:oximeter/2",
    ]


def test_alarms_are_told_to_those_near_the_new_bed_under_the_protocol_of_the_old_one() -> None:
    here = infusing()
    routes = {
        priority: replace(route, tiers=(replace(route.tiers[0], to=("west",)),))
        for priority, route in a_bed().routes.items()
    }
    there = another(routes=routes, protocols={})
    here.move_to(there)

    there.spo2(88, "16s")

    told = [e.destination for e in there.effects if isinstance(e, Notify)]
    assert told == ["west"]


def test_nobody_moves_to_a_bed_with_a_patient_or_from_one_without() -> None:
    here, there = infusing(), another()
    there.admit("s2")

    assert here.move_to(there) == "Another patient's session is still open at that chair"
    assert here.state.session is not None
    assert Bed().move_to(another()) == "No session is open at this chair"
    assert here.move_to(here) == "The patient is at that chair already"


def test_a_move_is_not_taken_back_but_the_patient_may_be() -> None:
    here, there = infusing(), another()
    here.spo2(88, "20s")
    here.move_to(there)
    session = there.state.session
    assert session is not None

    assert (
        there.void(session.steps[-1].action.id)
        == "A patient who was moved is moved back, not taken back"
    )
    assert there.move_to(here) is None

    alarm = here.alarm("spo2_low")
    assert alarm is not None
    assert alarm.line.bed == "1"


def test_the_bed_that_was_left_takes_another_patient() -> None:
    here, there = infusing(), another()
    here.spo2(88, "20s")
    here.move_to(there)

    assert here.admit("s2") is None
    assert here.alarm("spo2_low") is None
    here.spo2(97, "5s")
    assert there.alarm("spo2_low") is not None


def test_help_that_was_called_is_called_at_the_new_bed() -> None:
    here, there = admitted(), another()
    here.call_help()

    here.move_to(there)

    alarm = there.alarm("help")
    assert alarm is not None
    assert alarm.priority is Priority.HIGH
    assert here.alarm("help") is None


def test_the_other_bed_is_folded_from_the_arrival_alone() -> None:
    here, there = infusing(), another()
    here.spo2(88, "10s")
    here.observe({Signal.MOAAS: 3})
    here.move_to(there)
    there.spo2(88, "30s")
    number = next(n for n, event in enumerate(there.events) if event.body.type == "arrived")
    alone = Engine("2")
    effects = [effect for event in there.events[number:] for effect in alone.step(event)]
    effects += alone.advance(there.now)

    assert replace(alone.state, effects=0) == replace(there.state, effects=0)
    assert lines_of(effects) == there.lines[-len(lines_of(effects)) :]


@settings(max_examples=examples(40))
@given(history=HISTORIES, after=st.integers(0, 12))
def test_moved_or_not_the_same_happens_to_the_patient(history: list[Step], after: int) -> None:
    stays, goes = Player(), Player()
    stays.play(history[:after])
    goes.play(history[:after])
    # What falls due at the instant of the move is over before it: a reading of that instant might come first.
    for player in (stays, goes):
        player.until(Instant(player.now + 1))
    state = goes.state
    if state.session is None or state.settings is None or state.settings != state.session_settings:
        return
    there = Player(name="2", open_session=False)
    there.configure(state.settings)
    there.until(goes.now)
    for each in state.faults:
        there.send(each.fault, source=each.fault.subject)
    assert goes.move_to(there) is None
    there.session_number, there.open = goes.session_number, goes.open

    before = len(stays.answered)
    stays.play(history[after:])
    # Alarms of the equipment stay behind: without them another one would be the third of those that stand.
    there.answers_like = iter(stays.answered[before:])
    there.play(history[after:])

    assert patients(stays.lines) == patients([*goes.lines, *there.lines])
    assert audit(there.state) == []
    assert audit(goes.state) == []


def patients(lines: list[AlarmLine]) -> list[AlarmLine]:
    return [
        replace(line, bed=None, inhibited_by=None)
        for line in lines
        if line.kind is Kind.PHYSIOLOGICAL and line.session and line.reason is not Reason.MOVED
    ]
