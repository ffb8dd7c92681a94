"""Earlier sessions of a patient over HTTP, by pseudonym: shown, never applied."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, HTTPException
from fastapi import Path as PathParam
from starlette.requests import Request

from monitord.errors import StoreError
from monitord.station.access.lookers import NOBODY, By, Looked, looker
from monitord.station.views.views import Millis, WordedPriority
from monitord.store.past_sessions import PastSession

Look = Callable[[str], Awaitable[Sequence[PastSession]]]
"""A pseudonym -> its sessions, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactedView:
    """How the patient reacted: `priority` where it was an alarm."""

    at: Millis
    what: str
    says: str
    priority: WordedPriority | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSessionView:
    """One session; `ended` is null while it is open."""

    session: str
    protocol: str
    overlays: list[str]
    admitted: Millis
    ended: Millis | None
    baseline: dict[str, float]
    reacted: list[ReactedView]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The latest sessions first. Nothing of it holds today unless somebody enters it."""

    pseudonym: str
    sessions: list[PastSessionView]


def add_history(app: FastAPI, look: Look, looked: Looked) -> FastAPI:
    """`GET /api/patients/{pseudonym}/history`."""

    @app.get(
        "/api/patients/{pseudonym:path}/history", responses={503: {"description": "not readable"}}
    )
    async def patient_history(
        pseudonym: Annotated[str, PathParam(min_length=1, max_length=500)],
        request: Request,
        by: By = NOBODY,
    ) -> HistoryView:
        try:
            found = await look(pseudonym)
        except StoreError as error:
            raise HTTPException(503, f"the record cannot be read now: {error}") from None
        await looked(looker(request, by), f"earlier sessions of {pseudonym}")
        return HistoryView(pseudonym=pseudonym, sessions=[_view(each) for each in found])

    return app


def _view(past: PastSession) -> PastSessionView:
    return PastSessionView(
        session=past.session,
        protocol=past.protocol,
        overlays=list(past.overlays),
        admitted=past.admitted_at,
        ended=past.ended_at,
        baseline={signal.value: value for signal, value in past.baseline.items()},
        reacted=[
            ReactedView(
                at=each.at,
                what=each.what,
                says=each.says,
                priority=each.priority,
            )
            for each in past.reacted
        ],
    )
