"""`monitord people` and the first start, with the real service."""

import os
import re
import ssl
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest

from monitord.commands import people_accounts
from monitord.errors import StationError, StoreError
from monitord.store.accounts import People
from monitord.store.chain_verification import verify
from monitord.store.database.database import Database
from tests.peers import GENEROUS_S
from tests.program import Command, Said
from tests.ward import Ward, ward

PASSWORD = "correct horse battery"


def closed(suite: Ward) -> Ward:
    """Started from a suite file that does not say `open`."""
    document = suite.document()
    document["station"].pop("open")
    suite.write(document)
    suite.start(wait=False)
    suite.until(lambda: logged(suite, "ready"), GENEROUS_S, "ready")
    return suite


def logged(suite: Ward, event: str) -> list[dict[str, Any]]:
    return [line for line in suite.logged() if line["event"] == event]


def journal_of(suite: Ward) -> str:
    return str(suite.folder / "journal.db")


def test_the_first_start_prints_a_link_and_its_account_lets_the_next_in(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        closed(suite)
        assert suite.get("/api/beds").status_code == 401
        assert suite.get("/health/live").status_code == 200
        assert suite.get("/metrics").status_code == 200
        (line,) = logged(suite, "first_account_needed")
        url, code = re.fullmatch(r"(http://localhost:\d+)/#setup=(\S+)", line["link"]).groups()  # type: ignore[union-attr]
        with httpx2.Client(base_url=url, headers={"origin": url}) as page:
            chosen = {"name": "eva", "password": PASSWORD, "code": code}
            assert page.post("/api/session/join", json=chosen).status_code == 204
            assert page.get("/api/beds").status_code == 200
            code = people_accounts.add(journal_of(suite), "anna", "nurse")
            suite.until(
                lambda: "anna" in page.get("/api/people").text, GENEROUS_S, "the daemon reads it"
            )
            with httpx2.Client(base_url=url, headers={"origin": url}) as other:
                chosen = {"name": "anna", "password": PASSWORD, "code": code}
                assert other.post("/api/session/join", json=chosen).status_code == 204
                answer = other.post("/api/beds/1/actions", json={"type": "call_help"})
                assert answer.status_code == 200
                people_accounts.disable(journal_of(suite), "anna")
                suite.until(
                    lambda: other.get("/api/beds").status_code == 401, GENEROUS_S, "disabled"
                )
        suite.stop()
        # Nothing secret and no name of staff in the log, but for the link.
        log = suite.log.read_text()
        assert PASSWORD not in log
        assert "anna" not in log
        database = Database(journal_of(suite), read_only=True)
        found = verify(database)
        database.close()
        assert found.faults == ()


@pytest.mark.peer("openssl")
def test_a_suite_file_with_a_certificate_is_served_over_tls(tmp_path: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *files, *names], cwd=tmp_path, check=True, capture_output=True)
    with ward(tmp_path) as suite:
        document = suite.document()
        document["station"] = {
            "port": suite.port,
            "host": "0.0.0.0",
            "tls": {"certificate": "cert.pem", "key": "key.pem"},
        }
        suite.write(document)
        suite.start(wait=False)
        suite.until(lambda: logged(suite, "ready"), GENEROUS_S, "ready")
        (line,) = logged(suite, "first_account_needed")
        url, _, code = line["link"].partition("/#setup=")
        trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        with httpx2.Client(base_url=url, headers={"origin": url}, verify=trust) as page:
            chosen = {"name": "eva", "password": PASSWORD, "code": code}
            assert page.post("/api/session/join", json=chosen).status_code == 204
            assert page.get("/api/beds").status_code == 200
            assert page.get("/health/ready").status_code == 200


def test_accounts_are_made_listed_and_ended_from_the_command_line(
    tmp_path: Path, monitord: Command
) -> None:
    journal = str(tmp_path / "journal.db")

    def people(*arguments: str) -> Said:
        return monitord("people", *arguments, "--database", journal)

    added = people("add", "Eva", "--role", "engineer")
    assert re.fullmatch(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){2}\n", added.out), added.err
    again = people("add", "eva", "--role", "nurse")
    assert (again.code, again.err) == (1, "there is a person or program 'eva' already\n")
    assert people("add", "x", "--role", "boss").code == 1
    assert len(people("token", "wallboard", "--role", "viewer").out) > 40
    assert people("disable", "eva").code == 0
    lines = people("list").out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["Eva", "engineer", "disabled"],
        ["wallboard", "viewer", "program,"],
    ]
    assert people("revoke", "wallboard").code == 0
    assert people("reset", "eva").code == 0
    assert people("list").out.splitlines() == ["Eva  engineer  has no password yet"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
def test_an_account_that_root_adds_before_the_first_start_is_in_the_services_own_file() -> None:
    # Not in tmp_path: no other account may go through the folders above that.
    with TemporaryDirectory() as place:
        state = Path(place)
        os.chown(state, 65534, 65534)
        people_accounts.add(str(state / "journal.db"), "eva", "engineer")
        owners = {(each.stat().st_uid, each.stat().st_gid) for each in state.iterdir()}
        assert owners == {(65534, 65534)}
        assert os.geteuid() == 0
        assert people_accounts.listed(str(state / "journal.db"))


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 41, "Unidentified"])
def test_a_name_that_could_not_stand_at_an_action_is_refused(name: str, tmp_path: Path) -> None:
    url = str(tmp_path / "journal.db")
    with pytest.raises(StationError):
        people_accounts.add(url, name, "nurse")


def test_looking_at_a_journal_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        people_accounts.listed(str(tmp_path / "journal.db"))
    assert list(tmp_path.iterdir()) == []


def test_what_the_command_line_did_waits_for_the_daemon_to_chain_it(tmp_path: Path) -> None:
    url = str(tmp_path / "journal.db")
    people_accounts.add(url, "eva", "engineer")
    people_accounts.reset(url, "eva")
    database = Database(url, read_only=True)
    assert People(database).waiting() == 2
    database.close()
