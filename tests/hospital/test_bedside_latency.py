"""A bed's alarm reaches its pager whether the hospital's cluster is up, away or slow; how soon, `./dev hospital --bedside` measures."""

from pathlib import Path

import pytest

from tests.hospital.bedside_latency import latencies, table

pytestmark = pytest.mark.peer("nats-server")


def test_the_pager_hears_with_the_cluster_up_away_and_slow(tmp_path: Path) -> None:
    found = latencies(tmp_path, 1)
    assert [len(values) for values in found.values()] == [1, 1, 1]
    assert table(found).count("ms |") == 6
