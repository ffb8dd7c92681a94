"""How the beds stand: tiles, trends, explanations and alarms, each made of the states of this moment."""

import json
from dataclasses import dataclass

from fastapi import FastAPI

from monitord.station.host import Host
from monitord.station.hub import Hub
from monitord.station.routes.action_routes import state_of
from monitord.station.routes.route_errors import NOT_FOUND
from monitord.station.views.alarm_view import alarm_views
from monitord.station.views.bed_view import bed_view, unmonitored_view
from monitord.station.views.explain_view import ExplanationView, insight
from monitord.station.views.stream_events import LineView
from monitord.station.views.trend_view import TrendView
from monitord.station.views.views import AlarmView, BedView, Millis, UnmonitoredView
from monitord.store.line_json import line_json


@dataclass(frozen=True, slots=True, kw_only=True)
class BedsView:
    """Every tile of the suite."""

    suite: str
    notice: str
    now: Millis
    beds: list[BedView]
    unmonitored: list[UnmonitoredView]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsView:
    """Alarms that are not over, of every bed and the suite; the last lines told, oldest first."""

    now: Millis
    active: list[AlarmView]
    recent: list[LineView]


def add_beds(app: FastAPI, host: Host, hub: Hub) -> None:
    """What may be looked at."""

    @app.get("/api/beds")
    async def beds() -> BedsView:
        now = host.now()
        tiles = [bed_view(bed, state, host.label(bed), now) for bed, state in host.beds().items()]
        lost = [
            unmonitored_view(bed, host.label(bed), host.suite_state())
            for bed in host.places()
            if bed not in host.beds()
        ]
        return BedsView(suite=host.suite, notice=host.notice, now=now, beds=tiles, unmonitored=lost)

    @app.get("/api/beds/{bed}/trend", responses=NOT_FOUND)
    async def trend(bed: str) -> TrendView:
        state_of(host, bed)
        return hub.trend(bed).view()

    @app.get("/api/beds/{bed}/insight", responses=NOT_FOUND)
    async def bed_insight(bed: str) -> ExplanationView:
        return insight(state_of(host, bed))

    @app.get("/api/beds/{bed}/confidential", responses=NOT_FOUND)
    async def whole_insight(bed: str) -> ExplanationView:
        """The same, with what came of forms."""
        return insight(state_of(host, bed), whole=True)

    @app.get("/api/alarms")
    async def alarms() -> AlarmsView:
        states = [host.suite_state(), *host.beds().values()]
        active = [alarm for state in states for alarm in alarm_views(state)]
        recent = [LineView(**json.loads(line_json(told.line, told.durable))) for told in hub.recent]
        return AlarmsView(now=host.now(), active=active, recent=recent)
