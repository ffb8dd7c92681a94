"""Opening and closing the suite: what was tried, what it found, who did it. Each goes into the record.

What is known here begins with the daemon's start: after a restart nothing is taken as checked.
"""

import asyncio
from dataclasses import dataclass, field

from fastapi import FastAPI, HTTPException

from monitord.model import CheckSuite, CloseSuite, Finding, HandOverAll, Instant
from monitord.station.access.listening_stations import StationView
from monitord.station.host import Host
from monitord.station.hub import Hub
from monitord.station.routes.action_routes import DoneView, carry_out
from monitord.station.routes.requests import CloseBody, HandOverBody, OnceBody
from monitord.station.routes.route_errors import REFUSED
from monitord.station.views.views import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteView:
    """How the suite stands; `checked_*` are None where nobody checked since monitord started."""

    closed: bool
    checked_by: str | None
    checked_at: Millis | None
    passed: bool
    findings: list[Finding]
    stations: list[StationView]


@dataclass(slots=True)
class OpeningHost:
    """The last check of this run of the daemon."""

    host: Host
    hub: Hub
    last: CheckSuite | None = None
    at: Instant | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One that is sent again while the first is carried out waits for what became of it."""

    def view(self) -> SuiteView:
        """For the page."""
        findings = self.last.findings if self.last else ()
        return SuiteView(
            closed=self.hub.closed,
            checked_by=self.last.by if self.last else None,
            checked_at=self.at,
            passed=bool(findings) and all(each.ok for each in findings),
            findings=list(findings),
            stations=self.hub.stations(),
        )

    async def findings(self) -> tuple[Finding, ...]:
        """What the daemon finds, and whether each station answered its test."""
        return (*await self.host.try_out(), *map(_station, self.hub.stations()))


def _station(station: StationView) -> Finding:
    what = f"station {station.name}"
    if station.trouble is not None:
        return Finding(what=what, ok=False, says=station.trouble)
    if station.answered_s is None:
        return Finding(what=what, ok=False, says="its test alarm was not answered yet")
    return Finding(what=what, ok=True, says=f"test alarm answered after {station.answered_s:.1f} s")


def add_opening(app: FastAPI, opening: OpeningHost) -> None:
    """The routes of the suite."""
    host, hub = opening.host, opening.hub

    @app.get("/api/suite")
    async def suite() -> SuiteView:
        return opening.view()

    @app.post("/api/suite/check", responses=REFUSED)
    async def check(body: OnceBody) -> SuiteView:
        id_ = body.action_id
        async with opening.turn:
            again = host.became_of(body.by, id_) is not None
            found = () if again else await opening.findings()
            action = CheckSuite(id=id_, by=body.by, findings=found)
            await carry_out(host, None, action)
            if not again:
                opening.last, opening.at, hub.closed = action, host.now(), False
        return opening.view()

    @app.post("/api/suite/hand_over", responses=REFUSED)
    async def hand_over(body: HandOverBody) -> DoneView:
        """Every chair with a patient at once."""
        action = HandOverAll(id=body.action_id, by=body.by, to=body.to, note=body.note)
        return await carry_out(host, None, action)

    @app.post("/api/suite/close", responses=REFUSED)
    async def close(body: CloseBody) -> SuiteView:
        id_ = body.action_id
        async with opening.turn:
            # Sent again, it closes nothing that was opened since.
            again = host.became_of(body.by, id_) is not None
            for bed, state in host.beds().items():
                if state.session is not None and not again:
                    raise HTTPException(409, f"a session is open on {host.label(bed)}")
            await carry_out(host, None, CloseSuite(id=id_, by=body.by, note=body.note))
            if not again:
                hub.close_suite()
                opening.last = opening.at = None
        return opening.view()
