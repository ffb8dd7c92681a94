"""The overview over HTTP: the page, what it shows, and answers that travel to a suite.

A unit is for the accounts that the hospital file names; what an account's role allows is decided before.
"""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import uuid4

import structlog
from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import FileResponse
from pydantic import Field, StringConstraints
from starlette.requests import Request

from monitord.config.suite.hospital_file import HospitalUnit
from monitord.hospital.answer_message import AnswerMessage
from monitord.hospital.overview import Overview
from monitord.hospital.overview_view import OverviewView, may_answer, overview_view
from monitord.notify.notifier import AnswerWord
from monitord.station.app import WEB
from monitord.station.routes.requests import ByBody
from monitord.station.routes.route_errors import REFUSED

_log = structlog.get_logger()

TILES: Final = 24
"""Whole tiles in one answer unless asked otherwise: what a screen shows; of other beds a line."""


class OverviewAnswerBody(ByBody):
    """An answer to an alarm as the overview showed it: its id, when it had last become worse, and the tile's number."""

    suite: Annotated[str, StringConstraints(max_length=64)]
    alarm: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    word: AnswerWord
    news: Annotated[int, Field(ge=0, lt=2**53)]
    seq: Annotated[int, Field(ge=0, lt=2**63)]
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None


def _account(request: Request) -> str | None:
    """Who asks; None where there are no accounts, empty for a screen where nobody is signed in."""
    visitor = request.state.caller.visitor
    return None if visitor is None else (visitor.name or "")


def add_overview(
    app: FastAPI,
    overview: Overview,
    units: Mapping[str, HospitalUnit],
    name: str = "",
) -> None:
    """What may be looked at, and answered."""

    @app.get("/hospital", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "overview.html")

    @app.get("/api/hospital")
    async def shown(
        request: Request, tiles: Annotated[int, Query(ge=0, le=200)] = TILES
    ) -> OverviewView:
        return overview_view(name, overview, units, _account(request), tiles)

    @app.post("/api/hospital/answers", status_code=204, responses=REFUSED)
    async def answer(body: OverviewAnswerBody, request: Request) -> None:
        unit = units.get(overview.units.get(body.suite, ""))
        if unit is None:
            raise HTTPException(404, f"there is no suite {body.suite!r}")
        if not may_answer(unit, _account(request)):
            raise HTTPException(403, "not in this unit")
        result = await overview.answer(
            body.suite,
            AnswerMessage(
                key=body.id or uuid4().hex,
                alarm=body.alarm,
                word=body.word,
                by=body.by,
                news=body.news,
                seq=body.seq,
                reason=body.reason,
            ),
        )
        _log.info(
            "hospital_answered",
            suite=body.suite,
            alarm=body.alarm,
            by=body.by,
            refused="out of reach" if result is None else result.refused,
        )
        if result is None:
            raise HTTPException(503, f"{body.suite} is out of reach: the answer did not count")
        if result.refused is not None:
            raise HTTPException(409, result.refused)
