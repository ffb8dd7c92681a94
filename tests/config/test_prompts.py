"""What the shipped protocols ask beside an alarm, and prompts that nothing could ever raise."""

import pytest

from monitord.config.files.yaml_file import read_text
from monitord.config.protocol.protocols import read_protocol, read_protocol_document
from monitord.engine.protocol.protocol import canonical
from monitord.engine.session.overlay import overlaid
from monitord.engine.staff.standing_prompts import standing
from monitord.errors import ConfigError
from monitord.model import Priority, Signal
from tests.builders import Bed, protocol, settings

THERAPIES = ("ketamine_iv_0_5_40", "esketamine_iv_0_2_40", "esketamine_nasal")
SMALL = canonical(protocol())


def a_bed(name: str, *overlays: str) -> Bed:
    bed = Bed(settings(protocols={name: read_protocol(name)}))
    bed.admit(protocol=name, overlays=overlays)
    return bed


def asked(bed: Bed) -> set[str]:
    return {each.name for each in standing(bed.state)}


@pytest.mark.parametrize("name", THERAPIES)
def test_after_birth_a_pressure_of_140_over_90_asks_for_symptoms_as_long_as_it_lasts(
    name: str,
) -> None:
    bed = a_bed(name, "postpartum")
    for sys, dia, asks in ((139, 89, False), (140, 80, True), (130, 90, True), (130, 80, False)):
        bed.nibp(sys, dia).wait("6min")
        assert ("ask_symptoms" in asked(bed)) is asks, (sys, dia)


def test_without_the_overlay_nobody_asks() -> None:
    bed = a_bed("ketamine_iv_0_5_40")
    bed.nibp(150, 95)
    assert asked(bed) == set()


@pytest.mark.parametrize("name", THERAPIES)
def test_every_high_alarm_of_the_patient_asks_for_the_emergency_team_or_to_stop(name: str) -> None:
    """Emergencies, by the reference's 1.7: pressure, saturation, pulse, breath, sedation."""
    given = overlaid(read_protocol(name), ["postpartum", "postpartum_48h"])
    high = {
        rule
        for rule, found in given.rules.items()
        if any(level.priority is Priority.HIGH for level in found.levels)
    }
    team = {
        prompt.rule
        for prompt in given.prompts.values()
        if prompt.kind == "alarm" and "mergency team" in prompt.asks
    }
    stop = {
        prompt.rule
        for prompt in given.prompts.values()
        if prompt.kind == "alarm" and "top or pause" in prompt.asks
    }
    # A silent oximeter is no emergency of the patient: its high level stands in the infusion alone.
    assert high == team | stop
    assert {"moaas_low", "chest_pain", "dyspnoea", "apnoea", "nibp_pulse_low"} <= team
    assert stop == {"nausea", "vomiting", "dizziness", "double_vision", "anxiety"}


def test_a_high_alarm_asks_and_a_milder_one_does_not() -> None:
    bed = a_bed("ketamine_iv_0_5_40")
    bed.observe({Signal.RESP_RATE: 8.0})
    assert bed.alarm("resp_rate_low")
    assert "emergency_breath" not in asked(bed)
    bed.observe({Signal.RESP_RATE: 5.0})
    assert "emergency_breath" in asked(bed)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ('{"kind":"alarm","asks":"?","rule":"spo2_lou"}', "there is no rule 'spo2_lou'"),
        (
            '{"kind":"alarm","asks":"?","rule":"spo2_low","only":["later"]}',
            "there is no phase 'later'",
        ),
        (
            '{"kind":"window","asks":"?","begin":"9min","end":"9min"}',
            "must be after its begin",
        ),
    ],
)
def test_a_prompt_that_nothing_could_raise_is_a_fault(prompt: str, sentence: str) -> None:
    text = SMALL.replace('"prompts":{}', f'"prompts":{{"mine":{prompt}}}')
    with pytest.raises(ConfigError) as refused:
        read_protocol_document(read_text(text, "p.yaml"))
    assert sentence in str(refused.value)
