"""Opening and closing the suite: what was tried, what it found, who did it. Each goes into the record.

What is known here begins with the daemon's start: after a restart nothing is taken as checked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import uuid4

import structlog
from fastapi import FastAPI, HTTPException
from fastapi import Path as PathParam
from typing_extensions import TypedDict

from monitord.model import CheckSuite, CloseSuite, Finding, Instant, StaffAction
from monitord.station.bodies import ByBody, CloseBody, Who
from monitord.station.host import Host
from monitord.station.hub import Hub
from monitord.station.presence import StationView
from monitord.station.shapes import Millis, optional_millis

_log = structlog.get_logger()

Name = Annotated[Who, PathParam()]
Act = Callable[[Host, str | None, StaffAction], Awaitable[object]]
"""Takes a staff action, or raises what the caller is told."""

REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "the body is not JSON"},
    401: {"description": "nobody is signed in, or the screen is locked"},
    403: {"description": "not with this role, or wrong Host or Origin"},
    404: {"description": "no such station"},
    409: {"description": "refused, with the reason"},
    413: {"description": "the body is too large"},
    415: {"description": "the body is not application/json"},
    429: {"description": "too often: wait as long as Retry-After says"},
    503: {"description": "no answer in time"},
}


class FindingView(TypedDict):
    """One thing that was tried."""

    what: str
    ok: bool
    says: str


class SuiteView(TypedDict):
    """How the suite stands; `checked_*` are None where nobody checked since monitord started."""

    closed: bool
    checked_by: str | None
    checked_at: Millis | None
    passed: bool
    findings: list[FindingView]
    stations: list[StationView]


@dataclass(slots=True)
class Opening:
    """The last check of this run of the daemon."""

    host: Host
    hub: Hub
    last: CheckSuite | None = None
    at: Instant | None = None

    def view(self) -> SuiteView:
        """For the page."""
        findings = self.last.findings if self.last else ()
        return SuiteView(
            closed=self.hub.closed,
            checked_by=self.last.by if self.last else None,
            checked_at=optional_millis(self.at),
            passed=bool(findings) and all(each.ok for each in findings),
            findings=[FindingView(what=each.what, ok=each.ok, says=each.says) for each in findings],
            stations=self.hub.stations(),
        )

    async def findings(self) -> tuple[Finding, ...]:
        """What the daemon finds, and whether each station answered its test."""
        return (*await self.host.try_out(), *map(_station, self.hub.stations()))


def _station(station: StationView) -> Finding:
    what = f"station {station['name']}"
    if station["trouble"] is not None:
        return Finding(what=what, ok=False, says=station["trouble"])
    if station["answered_s"] is None:
        return Finding(what=what, ok=False, says="its test alarm was not answered yet")
    return Finding(
        what=what, ok=True, says=f"test alarm answered after {station['answered_s']:.1f} s"
    )


def add_opening(app: FastAPI, opening: Opening, act: Act) -> None:
    """The routes of the suite, and of its stations' tests."""
    host, hub = opening.host, opening.hub

    @app.get("/api/suite")
    async def suite() -> SuiteView:
        return opening.view()

    @app.post("/api/suite/check", responses=REFUSED)
    async def check(body: ByBody) -> SuiteView:
        found = await opening.findings()
        action = CheckSuite(id=uuid4().hex, by=body.by, findings=found)
        await act(host, None, action)
        opening.last, opening.at, hub.closed = action, host.now(), False
        return opening.view()

    @app.post("/api/suite/close", responses=REFUSED)
    async def close(body: CloseBody) -> SuiteView:
        for bed, state in host.beds().items():
            if state.session is not None:
                raise HTTPException(409, f"a session is open on {host.label(bed)}")
        await act(host, None, CloseSuite(id=uuid4().hex, by=body.by, note=body.note))
        hub.close_suite()
        opening.last = opening.at = None
        return opening.view()

    @app.post("/api/stations/{name}/test", status_code=204, responses=REFUSED)
    async def test(name: Name, body: ByBody) -> None:
        _log.info("station_tested", station=name, by=body.by)
        if not hub.test(name):
            raise HTTPException(404, f"there is no station {name!r}")

    @app.post("/api/stations/{name}/answer", status_code=204, responses=REFUSED)
    async def answer(name: Name, body: ByBody) -> None:
        _log.info("station_answered", station=name, by=body.by)
        if not hub.answer(name):
            raise HTTPException(409, "no test waits for an answer there")
