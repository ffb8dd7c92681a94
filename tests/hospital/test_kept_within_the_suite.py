"""What the hospital's cluster keeps, its suite keeps too: the command that removes old sessions says no to less."""

from pathlib import Path

import pytest

from monitord.commands.retention_command import retention
from monitord.config.suite.hospital_file import HospitalKeys
from monitord.config.suite.hospital_link import KEPT
from monitord.errors import ConfigError
from monitord.model import HOUR
from monitord.store.journal.journal import Journal

LINK = "hospital: {servers: ['nats://127.0.0.1:4222'], nkey_file: ward.nk}\n"


def suite(folder: Path, more: str) -> Path:
    Journal.open(folder / "journal.db").close()
    path = folder / "suite.yaml"
    path.write_text("suite: ward\ndatabase: journal.db\n" + more)
    return path


def test_a_suite_of_a_hospital_keeps_its_sessions_as_long_as_the_cluster(tmp_path: Path) -> None:
    path = suite(tmp_path, LINK)
    assert KEPT == 7 * 24 * HOUR == HospitalKeys.__dataclass_fields__["retention"].default
    with pytest.raises(ConfigError, match="give --days 7 or more"):
        retention(days=6, config=path)
    retention(days=7, config=path)


def test_a_suite_without_a_hospital_decides_alone(tmp_path: Path) -> None:
    retention(days=1, config=suite(tmp_path, ""))
