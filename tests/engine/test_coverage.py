"""The coverage ledger: every second of a session is accounted for, with the cause."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from monitord.engine.protocol.protocol import AwayTerms
from monitord.engine.readings.coverage import Watch, spans_until, totals
from monitord.engine.session.away_from_bed import absences
from monitord.engine.state import STATE
from monitord.model import MINUTE, SECOND, Quality, Signal
from tests.builders import Bed, admitted, with_protocol

STEPS = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from([Quality.GOOD, Quality.LOW_PERFUSION, Quality.PROBE_OFF]),
    ),
    max_size=30,
)


def ledger(bed: Bed) -> dict[tuple[Watch, str], int]:
    """Seconds of SpO2 by state and cause, up to now."""
    state = bed.state
    coverage = next(each for each in state.coverage if each.signal is Signal.SPO2)
    latest = next((r for r in state.readings if r.signal is Signal.SPO2), None)
    found = totals(coverage, latest, state.now)
    return {key: span // SECOND for key, span in found.items()}


def test_a_session_without_readings_is_blind_from_admission() -> None:
    bed = admitted()
    bed.wait("30s")
    assert ledger(bed) == {(Watch.BLIND, "no reading"): 30}


def test_good_readings_count_until_they_are_stale() -> None:
    bed = admitted()
    bed.spo2(97, for_="20s")
    bed.wait("29s")
    found = ledger(bed)
    # 20 samples, the last at 19 s, which speaks for 10 s more.
    assert found == {(Watch.MONITORED, ""): 29, (Watch.BLIND, "no reading"): 20}


def test_a_probe_that_is_off_is_blind_with_its_cause() -> None:
    bed = admitted()
    bed.spo2(97, for_="10s")
    bed.probe_off(for_="20s")
    bed.spo2(97, for_="10s")
    assert ledger(bed) == {(Watch.MONITORED, ""): 20, (Watch.BLIND, "probe_off"): 20}


def test_the_ledger_survives_a_snapshot() -> None:
    bed = admitted()
    bed.spo2(97, for_="10s")
    assert STATE.validate_json(STATE.dump_json(bed.state)).coverage == bed.state.coverage


@given(STEPS)
def test_spans_leave_no_gap_and_never_overlap(steps: list[tuple[int, Quality]]) -> None:
    bed = admitted()
    opened = bed.state.now
    for wait, quality in steps:
        bed.wait(f"{wait}s")
        bed.frame({Signal.SPO2: 97.0}, quality=quality)
    state = bed.state
    coverage = next(each for each in state.coverage if each.signal is Signal.SPO2)
    latest = next((r for r in state.readings if r.signal is Signal.SPO2), None)
    spans = list(spans_until(coverage, latest, state.now))
    assert sum(end - begin for begin, end, _, _ in spans) == state.now - opened
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))


def test_silence_while_the_patient_is_away_is_paused_and_no_longer() -> None:
    bed = admitted(with_protocol(away=AwayTerms(phases=("pre",), at_most=10 * MINUTE)))
    bed.spo2(97, "60s")
    assert bed.patient_away(minutes=5) is None
    bed.wait("8min")
    bed.spo2(97, "30s")
    (ledger,) = [each for each in bed.state.coverage if each.signal is Signal.SPO2]
    (latest,) = [each for each in bed.state.readings if each.signal is Signal.SPO2]
    away = absences(bed.state.session, bed.state.now)
    found = totals(ledger, latest, bed.state.now, away)
    paused = sum(span for (watch, _), span in found.items() if watch is Watch.PAUSED)
    blind = sum(span for (watch, _), span in found.items() if watch is Watch.BLIND)
    # The last reading, a second old, speaks for 9 s of the five minutes; three more nobody had allowed.
    assert (paused, blind) == (291 * SECOND, 180 * SECOND)
    assert sum(found.values()) == bed.state.now - bed.marked
