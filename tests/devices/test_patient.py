"""The simulated body: the same each run, and shaped as the references describe."""

from typing import Any

import pytest

from devices.twin.simulated_patient import SimulatedPatient, Vitals, pulse_wave
from monitord.model.tracks import PatientTrack

MINUTE = 60.0


def patient(**track: Any) -> SimulatedPatient:
    return SimulatedPatient(PatientTrack.model_validate(track))


def reacting(reaction: str, depth: float, **track: Any) -> SimulatedPatient:
    """`reaction` from minute 10 for 5 minutes."""
    step = {"reaction": reaction, "at": "10min", "for": "5min", "depth": depth}
    return patient(reactions=[step], **track)


def change(body: SimulatedPatient, at: float) -> dict[str, float]:
    """What the reaction changed, against the same seed without it."""
    rest: Vitals = patient().at(at)
    now = body.at(at)
    return {
        name: getattr(now, name) - getattr(rest, name)
        for name in ("spo2", "pulse_rate", "resp_rate", "nibp_sys", "nibp_dia", "perfusion_index")
    }


def test_the_same_seed_gives_the_same_body_in_any_order_of_asking() -> None:
    first = [patient(seed=7).at(float(t)) for t in range(600)]
    backwards = [patient(seed=7).at(float(t)) for t in reversed(range(600))]
    assert first == backwards[::-1]
    assert first != [patient(seed=8).at(float(t)) for t in range(600)]


def test_at_rest_every_sign_stays_near_its_baseline() -> None:
    body = patient(seed=3, baseline={"spo2": 96, "pulse_rate": 64, "nibp_sys": 131})
    for t in range(0, 7200, 7):
        now = body.at(float(t))
        assert abs(now.spo2 - 96) <= 0.5
        assert abs(now.pulse_rate - 64) <= 2
        assert abs(now.nibp_sys - 131) <= 3
        assert 11 <= now.resp_rate <= 17


@pytest.mark.parametrize("seed", range(20))
def test_ketamine_pressure_peaks_between_30_and_40_min_and_is_back_90_min_after(seed: int) -> None:
    """Reference clinical 1.3: peak 30-40 min from the start, baseline within 1.5 h of the end."""
    body = patient(seed=seed, course={"start": "0s", "stop": "40min", "rise_sys": 30})
    rest = patient(seed=seed)
    rise = [body.at(m * MINUTE).nibp_sys - rest.at(m * MINUTE).nibp_sys for m in range(180)]
    peak = max(rise)
    assert peak == pytest.approx(30)
    assert 30 <= rise.index(peak) <= 40
    assert rise[0] == 0
    assert rise[130] < 0.06 * peak


def test_the_mean_rise_over_many_seeds_is_that_of_the_reference() -> None:
    """Yale, 2342 infusions: +16.0 (SD 11.2) / +11.0; drawn rises are cut at 0 and 40."""
    rises = []
    for seed in range(400):
        course = {"start": "0s", "stop": "40min"}
        with_drug = patient(seed=seed, course=course).at(37 * MINUTE)
        rest = patient(seed=seed).at(37 * MINUTE)
        rises.append((with_drug.nibp_sys - rest.nibp_sys, with_drug.nibp_dia - rest.nibp_dia))
    assert sum(sys for sys, _ in rises) / len(rises) == pytest.approx(16, abs=1.5)
    assert sum(dia for _, dia in rises) / len(rises) == pytest.approx(11, abs=1.2)


def test_an_infusion_stopped_early_stops_the_rise() -> None:
    early = patient(course={"start": "0s", "stop": "15min", "rise_sys": 30})
    rest = patient()
    rise = [early.at(m * MINUTE).nibp_sys - rest.at(m * MINUTE).nibp_sys for m in range(60)]
    assert rise.index(max(rise)) == 15


def test_a_desaturation_falls_within_seconds_and_the_pulse_answers() -> None:
    body = reacting("desaturation", 13)
    assert change(body, 10 * MINUTE)["spo2"] == 0
    now = change(body, 10 * MINUTE + 10)
    assert now["spo2"] == pytest.approx(-13)
    assert now["pulse_rate"] > 5
    assert change(body, 16 * MINUTE)["spo2"] == 0


def test_breathing_depression_reaches_the_finger_later_than_the_breath() -> None:
    body = reacting("breathing_depression", 8)
    soon, late = change(body, 10 * MINUTE + 30), change(body, 12 * MINUTE)
    assert soon["resp_rate"] == pytest.approx(-8)
    assert soon["spo2"] == 0
    assert late["spo2"] == pytest.approx(-11)


@pytest.mark.parametrize(
    ("oxygen", "below_90"),
    [(0.21, (50, 70)), (0.28, (85, 105)), (0.4, (135, 160)), (1, (390, 440))],
)
def test_without_a_breath_the_finger_knows_it_when_the_oxygen_is_used_up(
    oxygen: float, below_90: tuple[int, int]
) -> None:
    """On air about a minute, after breathing pure oxygen about seven (2 L of lungs, 250 mL/min)."""
    apnoea = {"reaction": "apnoea", "at": "1min", "for": "8min", "depth": 100}
    body = patient(oxygen=oxygen, reactions=[apnoea])
    assert body.at(62).resp_rate == 0
    first = next(t for t in range(540) if body.at(60.0 + t).spo2 < 90)
    assert below_90[0] <= first <= below_90[1]
    assert body.at(9 * MINUTE + 20).resp_rate > 10
    assert body.at(9 * MINUTE + 20).etco2 > 50
    assert body.at(12 * MINUTE).spo2 > 95


def test_half_an_apnoea_leaves_half_of_the_breaths() -> None:
    body = reacting("apnoea", 50)
    assert body.at(12 * MINUTE).resp_rate == pytest.approx(patient().at(12 * MINUTE).resp_rate / 2)


def test_vasovagal_drops_pulse_with_pressure_and_haemorrhage_raises_it() -> None:
    vasovagal = change(reacting("vasovagal", 40), 12 * MINUTE)
    bleeding = change(reacting("haemorrhage", 40), 15 * MINUTE)
    assert vasovagal["nibp_sys"] == pytest.approx(bleeding["nibp_sys"]) == pytest.approx(-40)
    assert vasovagal["pulse_rate"] < -20
    assert bleeding["pulse_rate"] > 20
    assert vasovagal["perfusion_index"] < -1
    assert bleeding["perfusion_index"] < -1


def test_haemorrhage_creeps_where_others_strike() -> None:
    body = reacting("haemorrhage", 40)
    assert change(body, 11 * MINUTE)["nibp_sys"] > -8
    assert change(body, 14 * MINUTE)["nibp_sys"] < -30


def test_hypertension_and_anxiety_raise_pressure_but_only_anxiety_the_pulse() -> None:
    hypertension = change(reacting("hypertension", 60), 14 * MINUTE)
    anxiety = change(reacting("anxiety", 30), 14 * MINUTE)
    assert hypertension["nibp_sys"] == pytest.approx(60)
    assert hypertension["nibp_dia"] == pytest.approx(36)
    assert hypertension["pulse_rate"] < 0
    assert anxiety["pulse_rate"] == pytest.approx(30)
    assert anxiety["resp_rate"] > 5


def test_no_reaction_makes_an_impossible_body() -> None:
    steps = [
        {"reaction": kind, "at": "1min", "for": "5min", "depth": 150}
        for kind in ("desaturation", "breathing_depression", "apnoea", "vasovagal", "haemorrhage")
    ]
    body = patient(reactions=steps)
    for t in range(0, 1200, 5):
        now = body.at(float(t))
        assert 40 <= now.spo2 <= 100
        assert now.pulse_rate >= 25
        assert now.resp_rate >= 0
        assert 0 <= now.etco2 <= 120
        assert now.nibp_sys - now.nibp_dia >= 15
        assert now.nibp_dia < now.nibp_map < now.nibp_sys
        assert now.perfusion_index > 0


def test_the_pulse_wave_rises_fast_and_has_a_notch() -> None:
    wave = [pulse_wave(n / 100) for n in range(100)]
    assert wave[0] == 0
    assert max(wave) <= 1
    assert wave.index(max(wave)) == 15
    notch = wave[45] - (wave[38] + wave[52]) / 2
    assert notch > 0.03
