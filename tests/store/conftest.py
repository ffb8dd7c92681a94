"""What hypothesis may draw for the model's numbers; a journal in each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from monitord.model import Instant
from monitord.store.journal.journal import Journal
from tests.postgres import postgres

__all__ = ["postgres"]

LAST = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z: a later one has no ISO text

# No edge lets an infinite number in, and a value of a sentence, which may be a word too, would come back as one.
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Instant, st.integers(0, LAST).map(Instant))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.peer("postgres"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that does not exist yet, or is empty."""
    if request.param == "sqlite":
        return str(tmp_path / "journal.db")
    return str(request.getfixturevalue("postgres").database())


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    with Journal.open(url) as journal:
        yield journal
