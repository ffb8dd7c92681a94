"""A session's record over HTTP: the printable report, its JSON lines, its readings. Made by the caller."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, Literal

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as PathParam

from monitord.errors import RecordingError, StoreError
from monitord.station.access.authorization import Caller
from monitord.station.access.lookers import NOBODY, By, Looked, looker

Render = Callable[[str, str, bool, str], Awaitable[str]]
"""(session or bed, form, whether what came of forms is in it, language or empty for the suite's) -> the text.

RecordingError for an unknown session."""

KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "json": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
}
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-same-origin allow-modals; "
    "frame-ancestors 'none'"
)
"""The report carries its own style and nothing else: no script runs in it. The page that opened it may print it."""


def add_reports(app: FastAPI, render: Render, looked: Looked) -> FastAPI:
    """`GET /api/sessions/{session}/report.html`, `.json` and `.csv`; a bed's name is its latest session."""

    @app.get(
        "/api/sessions/{session}/report.{form}",
        response_class=Response,
        responses={404: {"description": "no such session"}, 503: {"description": "not readable"}},
    )
    async def session_report(
        session: Annotated[str, PathParam(max_length=100)],
        form: Literal["html", "json", "csv"],
        request: Request,
        by: By = NOBODY,
        language: Annotated[str, Query(max_length=10)] = "",
    ) -> Response:
        """Whoever may not read what came of forms at the bed is given the report without it. Only the printed form has a `language`."""
        caller: Caller = request.state.caller
        try:
            text = await render(
                session, form, caller.may("GET /api/beds/{bed}/confidential"), language
            )
        except RecordingError as error:
            raise HTTPException(404, str(error)) from None
        except StoreError as error:
            raise HTTPException(503, f"the record cannot be read now: {error}") from None
        await looked(looker(request, by), f"the record of session {session}")
        headers = {"content-security-policy": POLICY} if form == "html" else None
        return Response(text, media_type=KINDS[form], headers=headers)

    return app
