"""What is looked at again when it is over, over HTTP: the alarm log of 72 h, one alarm's strip, a session's trends.

Outside the bed's own detail nothing of a form is said, whoever asks.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query
from fastapi import Path as PathParam
from starlette.requests import Request

from monitord.errors import RecordingError, StoreError
from monitord.model import Kind, Priority
from monitord.station.access.lookers import NOBODY, By, Looked, looker
from monitord.station.views.review_view import (
    AlarmLogView,
    AlarmStripView,
    RecordedSession,
    SessionTrendView,
    alarm_log_view,
    alarm_strip_view,
    session_trend_view,
)
from monitord.station.views.views import PriorityWord
from monitord.store.alarm_log import AlarmLog, LoggedAlarm, Wanted
from monitord.store.alarm_strip import AlarmStrip

Place = Annotated[str, Query(max_length=100)]
MAX_EFFECT = 2**53
"""What a page's number holds exactly."""
FAULTS: dict[int | str, dict[str, str]] = {
    404: {"description": "no such alarm or session"},
    503: {"description": "not readable"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """How the record is read: the log, an alarm by where its first line stands (RecordingError for none), a session."""

    log: Callable[[Wanted], Awaitable[AlarmLog]]
    strip: Callable[[int], Awaitable[tuple[LoggedAlarm, AlarmStrip]]]
    session: Callable[[str], Awaitable[RecordedSession]]


def add_reviews(
    app: FastAPI, reviews: Reviews, label: Callable[[str], str], looked: Looked
) -> FastAPI:
    """`GET /api/review/alarms`, `/api/review/alarms/{alarm}` and `/api/sessions/{session}/trend`."""

    @app.get("/api/review/alarms", responses={503: FAULTS[503]})
    async def reviewed_alarms(
        request: Request,
        *,
        bed: Place = "",
        of: Literal["all", "bed", "suite"] = "all",
        kind: Kind | None = None,
        priority: PriorityWord | None = None,
        by: By = NOBODY,
    ) -> AlarmLogView:
        """`of` says whether `bed` counts, or the suite's own equipment is meant."""
        wanted = Wanted(
            place={"all": None, "bed": bed, "suite": ""}[of],
            kind=kind,
            priority=None if priority is None else Priority[priority.upper()],
        )
        try:
            log = await reviews.log(wanted)
        except StoreError as error:
            raise HTTPException(503, f"the record cannot be read now: {error}") from None
        await looked(looker(request, by), f"the alarm log ({len(log.alarms)} alarms)")
        return alarm_log_view(log, label)

    @app.get("/api/review/alarms/{alarm}", responses=FAULTS)
    async def alarm_strip(
        alarm: Annotated[int, PathParam(ge=1, le=MAX_EFFECT)], request: Request, by: By = NOBODY
    ) -> AlarmStripView:
        try:
            logged, strip = await reviews.strip(alarm)
        except RecordingError as error:
            raise HTTPException(404, str(error)) from None
        except StoreError as error:
            raise HTTPException(503, f"the record cannot be read now: {error}") from None
        first = logged.life.first
        where = f"session {first.session}" if first.session else "no session"
        await looked(looker(request, by), f"the strip of alarm {alarm} of {where}")
        return alarm_strip_view(strip)

    @app.get("/api/sessions/{session}/trend", responses=FAULTS)
    async def session_trend(
        session: Annotated[str, PathParam(max_length=100)], request: Request, by: By = NOBODY
    ) -> SessionTrendView:
        try:
            of = await reviews.session(session)
        except RecordingError as error:
            raise HTTPException(404, str(error)) from None
        except StoreError as error:
            raise HTTPException(503, f"the record cannot be read now: {error}") from None
        await looked(looker(request, by), f"the trends of session {of.session}")
        return session_trend_view(of, label)

    return app
