"""NEWS2 is shown with what it lacks, and never alarms; the bands are typed from the chart of 2017."""

import pytest

from monitord.engine.bed.news2 import News2, news2
from monitord.engine.explain import as_text
from monitord.engine.readings.reading import Reading
from monitord.model import EPOCH, SECOND, Instant, Quality, Signal, in_words
from tests.builders import infusing


def of(values: dict[str, float], at: int = 0) -> News2 | None:
    readings = {
        Signal(name): Reading(
            signal=Signal(name),
            value=value,
            quality=Quality.GOOD,
            at=EPOCH,
            fresh_until=Instant(EPOCH + 10 * SECOND),
            good_at=EPOCH,
            source="test",
            simulated=True,
        )
        for name, value in values.items()
    }
    return news2(readings, Instant(EPOCH + at * SECOND))


CHART: dict[str, list[tuple[float, int]]] = {
    "resp_rate": [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)],
    "spo2": [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0)],
    "nibp_sys": [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    "pulse_rate": [
        *((40, 3), (41, 1), (50, 1), (51, 0), (90, 0)),
        *((91, 1), (110, 1), (111, 2), (130, 2), (131, 3)),
    ],
    "temperature": [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.1, 2)],
    "moaas": [(5, 0), (4, 3), (0, 3)],
}


@pytest.mark.parametrize(
    ("signal", "value", "points"),
    [(signal, *row) for signal, rows in CHART.items() for row in rows],
)
def test_each_band_scores_as_on_the_chart(signal: str, value: float, points: int) -> None:
    found = of({signal: value})
    assert found is not None
    assert found.points == points


def test_it_adds_up_and_says_what_it_lacks() -> None:
    found = of({"spo2": 93, "resp_rate": 22, "pulse_rate": 80})
    assert found is not None
    assert in_words(found.said()) == (
        "NEWS2 at least 4 (breathing rate 2, SpO2 2; unknown: systolic BP, temperature, MOAA/S, oxygen)"
    )


def test_what_no_longer_speaks_for_the_patient_scores_nothing() -> None:
    assert of({"spo2": 80}, at=11) is None


def test_explain_shows_it_and_no_alarm_comes_of_it() -> None:
    bed = infusing().spo2(97, "5s")
    bed.observe({Signal.MOAAS: 4})
    assert "NEWS2 at least 3 (MOAA/S 3;" in as_text(bed.state)
    assert [line for line in bed.lines if "NEWS2" in line.text] == []
