"""Every route, tried from the API's own description with whatever fits it and whatever does not."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from monitord.station.app import create_app
from monitord.station.serve import serve
from tests.builders_station import suite_of_four

EXAMPLES = 60
"""A route: enough for every field's edges, two seconds in all."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A served station in a thread of its own: schemathesis is synchronous."""
    ports: list[int] = []
    bound = threading.Event()
    loop = asyncio.new_event_loop()

    def ready(port: int) -> None:
        ports.append(port)
        bound.set()

    serving = loop.create_task(serve(create_app(suite_of_four()), "127.0.0.1", 0, ready))

    def run() -> None:
        loop.run_until_complete(asyncio.gather(serving, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert bound.wait(10)
    yield f"http://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(serving.cancel)
    thread.join(10)


# The event stream never ends by itself: test_app.py is about it.
schema = schemathesis.openapi.from_dict(create_app(suite_of_four()).openapi()).exclude(
    path="/api/events"
)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_station(case: schemathesis.Case[Any], url: str) -> None:
    response = case.call(base_url=url, timeout=5)
    case.validate_response(response, checks=[not_a_server_error])
    if response.status_code >= 400:
        assert response.headers["content-type"][0].startswith("application/json")
