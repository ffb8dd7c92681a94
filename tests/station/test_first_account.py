"""The first account is made by the link that a start prints, and by nothing else."""

from pathlib import Path

from monitord.model import MINUTE
from tests.builders_station import PaperHost, state
from tests.station.peopled import PASSWORD, PIN, page_of, peopled, refused, sign_in


async def test_the_set_up_link_is_good_once_here_and_for_an_hour(tmp_path: Path) -> None:
    people = peopled(tmp_path, PaperHost(**{"1": state("1")}), accounts=False)
    async with page_of(people) as http:
        body: dict[str, object] = {"name": "eva", "password": PASSWORD, "pin": PIN}
        link = people.login.first_account.open_link()
        far = await http.post(
            "/api/session/join", json=body | {"code": link}, headers={"x-forwarded-for": "10.1.1.1"}
        )
        assert far.status_code == 409
        people.pass_time(60 * MINUTE)
        assert (await refused(http, "/api/session/join", body | {"code": link}))[0] == 409
        link = people.login.first_account.open_link()
        weak = body | {"code": link, "password": "eva eva eva eva"}
        assert (await refused(http, "/api/session/join", weak))[0] == 409
        first = await http.post("/api/session/join", json=body | {"code": link})
        assert first.status_code == 204
        assert (await http.get("/api/session")).json()["role"] == "engineer"
        again = body | {"code": link, "name": "mallory"}
        assert (await refused(http, "/api/session/join", again))[0] == 409
    people.journal.close()


async def test_there_is_no_default_password(tmp_path: Path) -> None:
    people = peopled(tmp_path, PaperHost(**{"1": state("1")}), accounts=False)
    async with page_of(people) as http:
        for name, password in (("admin", "admin"), ("engineer", ""), ("root", "monitord")):
            assert (await sign_in(http, name, password or "x")).status_code == 409
    people.journal.close()
