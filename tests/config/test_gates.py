"""The shipped gates and discharge lists, with numbers typed from the clinical reference."""

import pytest

from monitord.config.protocol.protocols import protocol_names, read_protocol
from monitord.engine.protocol.criterion import (
    ElapsedCriterion,
    QuestionCriterion,
    QuietCriterion,
    ReadingCriterion,
)
from monitord.engine.session.overlay import overlaid
from monitord.model import MINUTE, Signal

SESSIONS = [name for name in protocol_names() if name != "bed_without_session"]


@pytest.mark.parametrize("name", SESSIONS)
def test_no_infusion_starts_above_140_over_90(name: str) -> None:
    gate = [c for c in read_protocol(name).gate if isinstance(c, ReadingCriterion)]
    found = {(c.signal.value, str(c.needs), c.readings, c.apart) for c in gate}
    assert ("nibp_sys", "<=140", 2, 5 * MINUTE) in found
    assert ("nibp_dia", "<=90", 2, 5 * MINUTE) in found


@pytest.mark.parametrize("name", SESSIONS)
def test_nobody_leaves_with_an_open_alarm_or_on_old_readings(name: str) -> None:
    protocol = read_protocol(name)
    assert any(isinstance(c, QuietCriterion) for c in protocol.discharge)
    for criterion in (*protocol.gate, *protocol.discharge):
        if isinstance(criterion, ReadingCriterion):
            assert criterion.signal in protocol.fresh


@pytest.mark.parametrize("name", SESSIONS)
def test_the_readings_to_leave_on_are_those_of_the_reference(name: str) -> None:
    """Two pressures 10 min apart, or within 20 % of the own; SpO2, breath, pulse, MOAA/S, nausea.

    The pulse's 50 is 55: below it an alarm stands, with which nobody leaves.
    """
    found = {
        (c.signal.value, str(c.needs)): (c.readings, c.apart // MINUTE, c.or_within)
        for c in read_protocol(name).discharge
        if isinstance(c, ReadingCriterion)
    }
    assert found == {
        ("nibp_sys", "<=140"): (2, 10, 20.0),
        ("nibp_dia", "<=90"): (2, 10, 20.0),
        ("spo2", ">=95"): (1, 0, 2.0),
        ("resp_rate", ">=10"): (1, 0, None),
        ("resp_rate", "<=20"): (1, 0, None),
        ("pulse_rate", ">=55"): (1, 0, 10.0),
        ("pulse_rate", "<=100"): (1, 0, 10.0),
        ("moaas", ">=5"): (1, 0, None),
        ("nausea", "<=1"): (1, 0, None),
    }


@pytest.mark.parametrize("name", SESSIONS)
def test_what_is_left_on_is_of_the_last_quarter_of_an_hour_and_a_share_of_the_own_has_bounds(
    name: str,
) -> None:
    leaving = [c for c in read_protocol(name).discharge if isinstance(c, ReadingCriterion)]
    assert {c.max_age for c in leaving} == {15 * MINUTE}
    bounds = {c.name: (c.floor, c.ceiling) for c in leaving if c.or_within is not None}
    assert bounds == {
        "leave_sys": (90, 160),
        "leave_dia": (50, 100),
        "leave_spo2": (90, None),
        "leave_pulse_least": (45, None),
        "leave_pulse_most": (None, 110),
    }
    assert {c.or_signal for c in leaving if c.signal is Signal.PULSE_RATE} == {Signal.NIBP_PULSE}


@pytest.mark.parametrize(
    ("name", "since", "minutes"),
    [
        ("ketamine_iv_0_5_40", "infusion_end", 120),
        ("esketamine_iv_0_2_40", "infusion_end", 60),
        ("esketamine_nasal", "infusion_start", 120),
    ],
)
def test_the_time_of_observation_is_that_of_the_reference(
    name: str, since: str, minutes: int
) -> None:
    (time,) = [c for c in read_protocol(name).discharge if isinstance(c, ElapsedCriterion)]
    assert (time.since, time.at_least) == (since, minutes * MINUTE)


@pytest.mark.parametrize("name", SESSIONS)
def test_everybody_is_told_not_to_drive(name: str) -> None:
    (asked,) = [c for c in read_protocol(name).discharge if c.name == "leaves_with"]
    assert isinstance(asked, QuestionCriterion)
    assert "not to drive until the next day" in asked.asks


@pytest.mark.parametrize("name", SESSIONS)
def test_who_gave_birth_is_told_about_milk_once(name: str) -> None:
    """The hours are the clinic's policy: 48 is what clinics advise."""
    protocol = overlaid(read_protocol(name), ["postpartum"])
    (asked,) = [c for c in protocol.discharge if c.name == "told_milk"]
    assert isinstance(asked, QuestionCriterion)
    assert "pump and discard for 48 h" in asked.asks


@pytest.mark.parametrize("name", SESSIONS)
def test_nobody_leaves_the_bed_during_the_infusion(name: str) -> None:
    protocol = read_protocol(name)
    infusion = {phase.name for phase in protocol.phases if phase.stage == "infusion"}
    assert not infusion & set(protocol.away.phases)
    assert protocol.away.phases
