"""Backup, restore and retention lose nothing when they are killed; `./dev faults` does it a hundred times each."""

import random
from pathlib import Path

from tests.store.killed_maintenance import Kills

TIMES = 5


def test_killed_at_random_a_backup_is_whole_or_not_there(tmp_path: Path) -> None:
    Kills(tmp_path, random.Random(8)).backups(TIMES)


def test_killed_at_random_a_restore_leaves_one_journal_or_the_other(tmp_path: Path) -> None:
    Kills(tmp_path, random.Random(8)).restores(TIMES)


def test_killed_at_random_retention_leaves_each_session_whole_or_gone(tmp_path: Path) -> None:
    Kills(tmp_path, random.Random(8)).retentions(TIMES)
