"""Backup, restore and retention, killed at random times: nothing is lost."""

import os
import random
from pathlib import Path

import pytest

from tests.faults.table import row_without_alarms
from tests.store.killed_maintenance import Kills

KILLS = int(os.environ.get("MONITORD_UPKEEP_KILLS", "100"))
MUST = {
    "backup": "the copy is whole or not there, and nothing of it is in the way of the next one",
    "restore": "the one journal or the other is in its place, whole; what was there is kept",
    "retention": "each session is there whole, or gone; the next one goes on",
}


@pytest.mark.parametrize("what", list(MUST))
def test_killed_at_random(tmp_path: Path, what: str) -> None:
    kills = Kills(tmp_path, random.Random(8))
    {"backup": kills.backups, "restore": kills.restores, "retention": kills.retentions}[what](KILLS)
    assert kills.died[what] > KILLS / 2
    row_without_alarms(
        f"kill -9 of {what}",
        how=f"{KILLS} times at a random instant of its work, {kills.died[what]} of them before its end",
        must=MUST[what],
        also="every chain whole",
    )
