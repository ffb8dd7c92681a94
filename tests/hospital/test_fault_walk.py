"""A whole hospital through five faults; `./dev hospital --faults N` goes on."""

from pathlib import Path

import pytest

from tests.hospital.fault_walk import walk

pytestmark = pytest.mark.peer("nats-server")


def test_after_five_faults_the_hospitals_state_is_the_fold_of_all_journals(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    walk(tmp_path, faults=5, seed=7, say=said.append, cut_s=6)
    assert said[-1].endswith("the hospital's state is the fold of all journals")
