"""The measurement of `./dev hospital --measure`, in small: it hears every alarm of both programs and makes its table."""

import math

import pytest

from tests.hospital.hospital_measure import SHORT, measure, table

pytestmark = pytest.mark.peer("nats-server")


def test_both_programs_are_measured_and_every_alarm_is_heard() -> None:
    ours, bare = measure(8, SHORT, lambda _: None, faults=False)
    assert ours.rows_s > 0
    for found in (ours, bare):
        assert all(math.isfinite(took) for took in found.alarm)
        assert all(cores >= 0 for cores in found.cpu.values())
        assert all(size > 0 for size in found.rss_mb.values())
    assert "| suites: CPU a bed, memory in all |" in table(8, ours, bare)
