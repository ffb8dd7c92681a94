"""Swapping a device: what a bed has, what may serve instead, and the swap itself. No decisions."""

from dataclasses import dataclass

from fastapi import FastAPI, HTTPException

from monitord.model import SwapDevice
from monitord.station.host import AtBed, Host
from monitord.station.routes.action_routes import carry_out
from monitord.station.routes.requests import SwapBody
from monitord.station.routes.route_errors import NOT_FOUND, REFUSED
from monitord.station.views.views import NamedSignalView, named_signal


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """What may serve instead: a spare where `bed` is None; `where` is what staff call the bed."""

    bed: str | None
    device: str
    where: str
    of: str
    measures: list[NamedSignalView]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A device of a bed; `of` says whose place it has in the suite file, empty for its own."""

    device: str
    of: str
    measures: list[NamedSignalView]
    partners: list[PartnerView]


def device_view(at_bed: AtBed) -> DeviceView:
    """For the page."""
    return DeviceView(
        device=at_bed.device,
        of=at_bed.of,
        measures=[named_signal(signal) for signal in at_bed.signals],
        partners=[
            PartnerView(
                bed=each.bed,
                device=each.device,
                where=each.where,
                of=each.of,
                measures=[named_signal(signal) for signal in each.signals],
            )
            for each in at_bed.partners
        ],
    )


def add_swaps(app: FastAPI, host: Host) -> None:
    """Its routes."""

    @app.get("/api/beds/{bed}/devices", responses=NOT_FOUND)
    async def devices(bed: str) -> list[DeviceView]:
        if bed not in host.places():
            raise HTTPException(404, f"there is no bed {bed!r}")
        return [device_view(each) for each in host.devices_at(bed)]

    @app.post("/api/suite/swap", responses=REFUSED)
    async def swap(body: SwapBody) -> list[DeviceView]:
        if body.bed not in host.places():
            raise HTTPException(404, f"there is no bed {body.bed!r}")
        await carry_out(host, None, SwapDevice(**body.model_dump() | {"id": body.action_id}))
        return [device_view(each) for each in host.devices_at(body.bed)]
