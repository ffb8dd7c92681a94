"""Every route, tried from the API's own description with whatever fits it and whatever does not.

Once on an open station, then as each role and as nobody on one with accounts.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests

from monitord.station.access.authorization import Access
from monitord.station.access.rate_limit import Rate
from monitord.station.access.roles import PUBLIC, TABLE, Role
from monitord.station.app import create_app
from monitord.station.serve import serve
from tests.builders_station import PaperHost, suite_of_four
from tests.effort import examples, thorough
from tests.station.peopled import peopled

EXAMPLES = examples(15)
"""A route, beside every edge of every field."""
ACTIONS = "POST /api/beds/{bed}/actions"
EXAMPLES_OF_ACTIONS = examples(60)
"""Of one of thirty actions: as many edges as all other routes have together are left to `--thorough`."""
EXAMPLES_OF_ROLE = examples(8) if thorough() else 4
"""Each sent once as everybody: the gate looks at the route, the type and the caller, not at the fields."""
WAIT_S = 60
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
    assert bound.wait(WAIT_S)
    yield f"http://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(serving.cancel)
    thread.join(WAIT_S)


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


DOCUMENT = create_app(suite_of_four()).openapi()
# The event stream never ends by itself: test_app.py is about it.
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if path != "/api/events"
]


def try_requests(
    operation: str, check: Callable[[schemathesis.Case[Any]], None], count: int, *, edges: bool
) -> None:
    """Checks `count` random requests, and before them, if wanted, each edge of each field.

    The edges take seconds to think of: schemathesis's own `parametrize` does it while tests are collected, for every
    operation in each process.
    """
    asked = settings(
        max_examples=count,
        phases=[*([Phase.explicit] if edges else []), Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    schema = schemathesis.openapi.from_dict(DOCUMENT).include(name=operation)
    (found,) = get_all_tests(schema=schema, test_func=check, settings=asked, given_kwargs={})
    assert isinstance(found, Ok)
    _, run = found.ok()
    run()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_breaks_the_station(operation: str, url: str) -> None:
    def check(case: schemathesis.Case[Any]) -> None:
        response = case.call(base_url=url, timeout=WAIT_S)
        case.validate_response(response, checks=[not_a_server_error])
        if response.status_code >= 400:
            assert response.headers["content-type"][0].startswith("application/json")

    if operation == ACTIONS:
        try_requests(operation, check, EXAMPLES_OF_ACTIONS, edges=thorough())
    else:
        try_requests(operation, check, EXAMPLES, edges=True)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_gets_further_than_its_role(operation: str, with_accounts: str) -> None:
    def check(case: schemathesis.Case[Any]) -> None:
        row = f"{case.method.upper()} {_template(case.path)}"
        for role in [*Role, None]:
            headers = {"authorization": f"Bearer token {role}"} if role else {}
            response = case.call(base_url=with_accounts, headers=headers, timeout=WAIT_S)
            case.validate_response(response, checks=[not_a_server_error])
            if row in PUBLIC or response.status_code in {400, 408, 413, 415}:
                continue
            if role is None:
                assert response.status_code in {401, 404, 405}
            elif role not in TABLE.get(row, frozenset()):
                assert response.status_code in {403, 404, 405}, role

    try_requests(operation, check, EXAMPLES_OF_ROLE, edges=thorough())


def _template(path: str) -> str:
    """As the table writes it: the description leaves out what may hold a slash."""
    return path.replace("/alarms/{alarm}/", "/alarms/{alarm:path}/")
