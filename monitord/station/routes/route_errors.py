"""How the station refuses: every fault is JSON with a sentence, and what was sent is never sent back."""

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from monitord.field_faults import field_fault
from monitord.model import Sentence
from monitord.station.views.views import jsonable

REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "the body is not JSON"},
    401: {"description": "nobody is signed in, or the screen is locked"},
    403: {"description": "not with this role, or wrong Host or Origin"},
    404: {"description": "no such bed, alarm or station"},
    409: {"description": "refused, with the reason"},
    413: {"description": "the body is too large"},
    415: {"description": "the body is not application/json"},
    429: {"description": "too often: wait as long as Retry-After says"},
    503: {"description": "no answer in time"},
}
"""What each status means, for the description of the API."""
NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {404: REFUSED[404]}


class RefusedAction(StarletteHTTPException):
    """What staff may not do now: 409 with the sentence, by key and values too."""

    def __init__(self, refused: str, why: Sentence | None) -> None:
        super().__init__(409, refused)
        self.why = why


def add_errors(app: FastAPI) -> None:
    """Every fault as JSON with a sentence; what was sent is never sent back."""

    @app.exception_handler(RefusedAction)
    async def not_done(_request: Request, error: RefusedAction) -> JSONResponse:
        why = jsonable(error.why) if error.why else None
        return JSONResponse({"error": error.detail, "why": why}, error.status_code)

    @app.exception_handler(StarletteHTTPException)
    async def refused(_request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def unusable(_request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"where": ".".join(str(part) for part in fault["loc"]), "what": field_fault(fault)}
            for fault in error.errors()
        ]
        not_json = any(fault["type"] == "json_invalid" for fault in error.errors())
        first = f"{faults[0]['where']} {faults[0]['what']}"
        return JSONResponse({"error": first, "faults": faults}, 400 if not_json else 422)
