"""Every route, tried from the API's own description with whatever fits it and whatever does not.

Once on an open station, then as each role and as nobody on one with accounts.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from monitord.station.app import create_app
from monitord.station.gate import Access
from monitord.station.rate import Rate
from monitord.station.roles import PUBLIC, TABLE, Role
from monitord.station.serve import serve
from tests.builders_station import PaperHost, suite_of_four
from tests.station.peopled import peopled

EXAMPLES = 60
"""A route: enough for every field's edges, two seconds in all."""
EXAMPLES_OF_ROLE = 5
"""The gate looks at the route, the type and the caller, not at the fields."""
EVERYTHING = Rate(per_s=1e9, burst=1e9)


@contextmanager
def in_a_thread(host: PaperHost, access: Access) -> Iterator[str]:
    """A served station in a thread of its own: schemathesis is synchronous."""
    ports: list[int] = []
    bound = threading.Event()
    loop = asyncio.new_event_loop()

    def ready(port: int) -> None:
        ports.append(port)
        bound.set()

    serving = loop.create_task(serve(create_app(host, access), "127.0.0.1", 0, ready))

    def run() -> None:
        loop.run_until_complete(asyncio.gather(serving, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert bound.wait(10)
    yield f"http://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(serving.cancel)
    thread.join(10)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A station that is open."""
    with in_a_thread(suite_of_four(), Access(rate=EVERYTHING)) as url:
        yield url


@pytest.fixture(scope="module")
def with_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One with an account and a token for each role."""
    host = suite_of_four()
    folder: Path = tmp_path_factory.mktemp("people")
    people = peopled(folder, host, rate=EVERYTHING)
    with in_a_thread(host, people.access) as url:
        yield url
    people.journal.close()


# The event stream never ends by itself: test_app.py is about it.
schema = schemathesis.openapi.from_dict(create_app(suite_of_four()).openapi()).exclude(
    path="/api/events"
)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_station(case: schemathesis.Case[Any], url: str) -> None:
    response = case.call(base_url=url, timeout=5)
    case.validate_response(response, checks=[not_a_server_error])
    if response.status_code >= 400:
        assert response.headers["content-type"][0].startswith("application/json")


@pytest.mark.parametrize("role", [*Role, None])
@schema.parametrize()
@settings(
    max_examples=EXAMPLES_OF_ROLE,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_gets_further_than_its_role(
    case: schemathesis.Case[Any], role: Role | None, with_accounts: str
) -> None:
    headers = {"authorization": f"Bearer token {role}"} if role else {}
    response = case.call(base_url=with_accounts, headers=headers, timeout=5)
    case.validate_response(response, checks=[not_a_server_error])
    row = f"{case.method.upper()} {_template(case.path)}"
    if row in PUBLIC or response.status_code in {400, 408, 413, 415}:
        return
    if role is None:
        assert response.status_code in {401, 404, 405}
    elif role not in TABLE.get(row, frozenset()):
        assert response.status_code in {403, 404, 405}


def _template(path: str) -> str:
    """As the table writes it: the description leaves out what may hold a slash."""
    return path.replace("/alarms/{alarm}/", "/alarms/{alarm:path}/")
