"""Who may look at a session that is over, with what of it, and what the record says of the look."""

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from monitord.station.access.roles import Role
from monitord.station.routes.report_routes import add_reports
from monitord.station.routes.session_list_routes import add_session_list
from tests.builders_station import PaperHost, state
from tests.station.peopled import peopled
from tests.station.served import served


class Looks:
    def __init__(self) -> None:
        self.whole: list[bool] = []
        self.said: list[tuple[str, str]] = []

    async def render(self, session: str, form: str, whole: bool, language: str) -> str:
        self.whole.append(whole)
        return "report"

    async def looked(self, who: str, what: str) -> None:
        self.said.append((who, what))

    async def find(self, *_asked: object) -> tuple[()]:
        return ()

    def routes(self, app: FastAPI) -> None:
        add_reports(app, self.render, self.looked)
        add_session_list(app, self.find, str, self.looked)


@pytest.mark.parametrize(
    ("role", "whole"),
    [
        (Role.NURSE, True),
        (Role.CHARGE_NURSE, True),
        (Role.CLINICIAN, True),
        (Role.APPROVER, False),
        (Role.ENGINEER, False),
    ],
)
async def test_answers_on_forms_are_for_those_who_may_read_them_and_each_look_has_its_name(
    tmp_path: Path, role: Role, *, whole: bool
) -> None:
    looks, host = Looks(), PaperHost(**{"1": state("1")})
    people = peopled(tmp_path, host)
    token = {"authorization": f"Bearer token {role}"}
    assert people.access.known
    await people.access.known.refresh()
    try:
        async with (
            served(host, access=people.access, also=looks.routes) as station,
            httpx2.AsyncClient(base_url=station.url, headers=token) as client,
        ):
            # The name in the address is nobody's word: that of the account counts.
            report = await client.get("/api/sessions/s1/report.html", params={"by": "somebody"})
            assert report.status_code == 200
            assert (await client.get("/api/sessions")).status_code == 200
    finally:
        people.journal.close()
    assert looks.whole == [whole]
    by = f"{role} program"
    assert looks.said == [
        (by, "the record of session s1"),
        (by, "the list of sessions (0 found)"),
    ]


async def test_a_wall_display_finds_no_session(tmp_path: Path) -> None:
    looks, host = Looks(), PaperHost(**{"1": state("1")})
    people = peopled(tmp_path, host)
    token = {"authorization": "Bearer token viewer"}
    assert people.access.known
    await people.access.known.refresh()
    try:
        async with (
            served(host, access=people.access, also=looks.routes) as station,
            httpx2.AsyncClient(base_url=station.url, headers=token) as client,
        ):
            assert (await client.get("/api/sessions/s1/report.html")).status_code == 403
            assert (await client.get("/api/sessions")).status_code == 403
    finally:
        people.journal.close()
    assert looks.whole == []
    assert looks.said == []
