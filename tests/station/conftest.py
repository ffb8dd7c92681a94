"""The station of a paper suite, served in the test's own loop."""

from collections.abc import AsyncIterator

import pytest

from tests.builders_station import PaperHost, session, state, vitals
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
