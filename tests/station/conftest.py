"""The station of a paper suite, served in the test's own loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.builders_station import PaperHost, line, session, state, track, vitals
from tests.station.peopled import Peopled, page_of, peopled
from tests.station.served import Served, served


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(
        **{
            "1": state("1", visit=session(), readings=vitals()),
            "2": state("2", readings=vitals()),
        }
    )


@pytest.fixture
async def station(host: PaperHost) -> AsyncIterator[Served]:
    async with served(host) as running:
        yield running


@pytest.fixture
def people(tmp_path: Path) -> Peopled:
    """Accounts at a station with one bed that alarms."""
    beds = {"1": state("1", visit=session(), readings=vitals(86), tracks=(track(line("1")),))}
    return peopled(tmp_path, PaperHost(**beds))


@pytest.fixture
async def http(people: Peopled) -> AsyncIterator[httpx2.AsyncClient]:
    async with page_of(people) as client:
        yield client
    people.journal.close()
