"""Who looks into the record: every look is journaled."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request

from monitord.station.input_types import UNIDENTIFIED, Who

Looked = Callable[[str, str], Awaitable[None]]
"""(who, at what): returns once it will be in the record."""

By = Annotated[Who, Query(description="Who looks, where there are no accounts")]
NOBODY = UNIDENTIFIED


def looker(request: Request, by: str) -> str:
    """The name of who signed in; on an open station the one that the page gave."""
    visitor = _visitor(request)
    return by if visitor is None else str(visitor.by)


def _visitor(request: Request) -> Any:
    caller = getattr(request.state, "caller", None)
    return None if caller is None else caller.visitor
