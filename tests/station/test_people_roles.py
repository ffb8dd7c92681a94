"""The table of roles: a row for everything that can be asked of the station, and no other."""

from pathlib import Path

import httpx2
import pytest
from starlette.routing import Mount, Route

from monitord.daemon.health.health import add_health
from monitord.hospital.overview_routes import add_overview
from monitord.model import CallHelp, PauseAudio
from monitord.station.access.roles import PUBLIC, STAFF_ACTIONS, TABLE, Role, permits
from monitord.station.app import create_app
from monitord.station.routes.history_routes import add_history
from monitord.station.routes.report_routes import add_reports
from monitord.station.routes.requests import BODIES
from monitord.station.routes.review_routes import add_reviews
from monitord.station.routes.session_list_routes import add_session_list
from tests.builders_station import suite_of_four
from tests.station.peopled import peopled
from tests.station.served import served, until

PATIENT = STAFF_ACTIONS - {"call_help", "pause_audio"}
CLINICIANS_ALONE = {"assess", "adjust_limit"}


def every_route() -> set[str]:
    app = add_health(create_app(suite_of_four()), None, None)  # type: ignore[arg-type]
    add_reports(app, None, None)  # type: ignore[arg-type]
    add_history(app, None, None)  # type: ignore[arg-type]
    add_session_list(app, None, None, None)  # type: ignore[arg-type]
    add_reviews(app, None, None, None)  # type: ignore[arg-type]
    add_overview(app, None, {})  # type: ignore[arg-type]
    found = set()
    for route in app.routes:
        assert isinstance(route, Route | Mount)
        methods = getattr(route, "methods", None) or {"GET"}
        found |= {f"{method} {route.path}" for method in methods - {"HEAD"}}
    return found


def test_every_route_and_staff_action_has_a_row_and_every_row_is_one() -> None:
    rows = set(TABLE) | PUBLIC
    assert every_route() | set(BODIES) == rows
    assert not set(TABLE) & PUBLIC


@pytest.mark.parametrize("row", sorted(PATIENT))
def test_only_who_is_with_patients_acts_for_them(row: str) -> None:
    allowed = {role for role in Role if permits(role, row)}
    nurses = row in STAFF_ACTIONS and row not in CLINICIANS_ALONE
    assert (Role.NURSE in allowed) is nurses or row not in STAFF_ACTIONS
    assert not allowed & {Role.VIEWER, Role.APPROVER, Role.ENGINEER}


def test_help_is_for_everybody_and_accounts_are_for_engineers() -> None:
    # What a locked screen may, everybody may.
    free = {row for row in STAFF_ACTIONS if permits(Role.VIEWER, row)}
    assert free == {"call_help", "pause_audio"}
    assert all(permits(role, row) for role in Role for row in free)
    assert [role for role in Role if permits(role, "POST /api/people")] == [Role.ENGINEER]


def test_what_has_no_row_is_refused_to_everybody() -> None:
    assert not any(permits(role, "POST /api/anything") for role in Role)


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_gets_403_and_an_audit_line_where_its_row_says_no(
    role: Role, tmp_path: Path
) -> None:
    host = suite_of_four()
    people = peopled(tmp_path, host)
    bearer = {"authorization": f"Bearer token {role}"}
    body: dict[str, object] = {"type": "stop_infusion", "by": "somebody else"}
    try:
        async with (
            served(host, access=people.access) as station,
            httpx2.AsyncClient(base_url=station.url, headers=bearer) as http,
        ):
            await until(lambda: bool(people.known.accounts))
            answer = await http.post("/api/beds/2/actions", json=body)
            allowed = permits(role, "stop_infusion")
            assert answer.status_code == (200 if allowed else 403)
            assert [action.by for _, action in host.acted] == (
                [f"{role} program"] if allowed else []
            )
            listed = await http.get("/api/people")
            assert listed.status_code == (200 if role is Role.ENGINEER else 403)
            await people.known.refresh()
        refusals = [note for note in people.audit() if "refused stop_infusion" in note]
        assert len(refusals) == (0 if allowed else 1)
        assert all(f'"who": "{role} program"' in note for note in refusals)
    finally:
        people.journal.close()


async def test_help_and_the_audio_pause_work_for_a_viewer(tmp_path: Path) -> None:
    host = suite_of_four()
    people = peopled(tmp_path, host)
    try:
        async with (
            served(host, access=people.access) as station,
            httpx2.AsyncClient(base_url=station.url) as http,
        ):
            await until(lambda: bool(people.known.accounts))
            http.headers["authorization"] = "Bearer token viewer"
            for kind in ("call_help", "pause_audio"):
                answer = await http.post("/api/beds/2/actions", json={"type": kind})
                assert answer.status_code == 200
        assert [type(action) for _, action in host.acted] == [CallHelp, PauseAudio]
    finally:
        people.journal.close()
