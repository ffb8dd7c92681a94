"""Sessions of the record over HTTP, by day, bed and pseudonym: open ones and those that ended long ago."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query
from starlette.requests import Request

from monitord.errors import StoreError
from monitord.model import Instant
from monitord.station.access.lookers import NOBODY, By, Looked, looker
from monitord.station.views.views import Millis
from monitord.store.session_list import ListedSession

Find = Callable[[str, str, Instant | None, Instant | None], Awaitable[Sequence[ListedSession]]]
"""(bed, part of a pseudonym, since, until) -> the latest first; an empty word stands for all."""

MAX_MS = 4_102_444_800_000
"""The year 2100."""
Edge = Annotated[int | None, Query(ge=0, le=MAX_MS)]
Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSessionView:
    """One session; `ended` is null while it is open."""

    session: str
    bed: str
    label: str
    pseudonym: str
    protocol: str
    admitted: Millis
    ended: Millis | None


def add_session_list(
    app: FastAPI, find: Find, label: Callable[[str], str], looked: Looked
) -> FastAPI:
    """`GET /api/sessions`; `since` and `until` are milliseconds since 1970."""

    @app.get("/api/sessions", responses={503: {"description": "not readable"}})
    async def sessions(
        request: Request,
        *,
        bed: Text = "",
        pseudonym: Text = "",
        since: Edge = None,
        until: Edge = None,
        by: By = NOBODY,
    ) -> list[ListedSessionView]:
        try:
            found = await find(bed, pseudonym, _instant(since), _instant(until))
        except StoreError as error:
            raise HTTPException(503, f"the record cannot be read now: {error}") from None
        await looked(looker(request, by), f"the list of sessions ({len(found)} found)")
        return [_view(each, label(each.bed)) for each in found]

    return app


def _instant(ms: int | None) -> Instant | None:
    return None if ms is None else Instant(ms * 1000)


def _view(listed: ListedSession, label: str) -> ListedSessionView:
    return ListedSessionView(
        session=listed.session,
        bed=listed.bed,
        label=label,
        pseudonym=listed.pseudonym,
        protocol=listed.protocol,
        admitted=listed.admitted_at,
        ended=listed.ended_at,
    )
