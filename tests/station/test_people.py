"""What the station knows of people, and what it does while the database fails."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.errors import StoreError
from monitord.model import MINUTE
from monitord.station.access.register import NOTES, STAY, USED_EVERY, Register
from monitord.station.access.roles import Role
from monitord.station.access.secrets import WAITING, BusyError, Hasher, digest, new_token
from tests.builders_station import PaperHost, state
from tests.station.peopled import CHEAP, Peopled, peopled


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Peopled]:
    found = peopled(tmp_path, PaperHost(**{"1": state("1")}))
    yield found
    found.journal.close()


@pytest.fixture
async def register(people: Peopled) -> Register:
    await people.register.refresh()
    return people.register


async def signed_in(register: Register, name: str = "nurse") -> str:
    account = register.account(name)
    assert account is not None
    cookie = new_token()
    await register.sign_in(cookie, account)
    return cookie


async def test_a_screen_that_is_used_stays_and_one_that_is_not_is_forgotten(
    people: Peopled, register: Register
) -> None:
    used, unused = await signed_in(register), await signed_in(register)
    people.pass_time(STAY - MINUTE)
    await register.used(digest(used))
    people.pass_time(2 * MINUTE)
    assert register.visitor(used, None) is not None
    assert register.visitor(unused, None) is None
    await asyncio.to_thread(register._housekeeping)
    await register.refresh()
    assert {login.digest for login in register._rows.read().logins} == {digest(used)}


async def test_a_role_of_another_version_may_look(people: Peopled, register: Register) -> None:
    known = register.account("nurse")
    assert known is not None
    await register.save(replace(known, role="surgeon"), "eva", "role changed")
    visitor = register.visitor(await signed_in(register), None)
    assert visitor is not None
    assert visitor.role is Role.VIEWER


async def test_that_a_screen_is_used_is_written_once_an_hour(
    people: Peopled, register: Register
) -> None:
    cookie = await signed_in(register)

    def written() -> int:
        return register._rows.read().logins[0].used_at

    first = written()
    people.pass_time(USED_EVERY - MINUTE)
    await register.used(digest(cookie))
    assert written() == first
    people.pass_time(MINUTE)
    await register.used(digest(cookie))
    assert written() == people.host.now()


async def test_refusals_are_kept_until_they_can_be_chained_and_counted(
    people: Peopled, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as failing:
        failing.setattr(register, "_chain", broken)
        for _ in range(3):
            register.note("anna", "refused GET /api/people")
            await register.refresh()
    assert not any("refused" in note for note in people.audit())
    await register.refresh()
    (note,) = [note for note in people.audit() if "refused" in note]
    assert "refused GET /api/people (3 times)" in note


async def test_a_flood_of_refusals_is_bounded(register: Register) -> None:
    for n in range(3 * NOTES):
        register.note(f"name {n}", "wrong password")
    assert len(register._notes) == NOTES


async def test_what_was_known_goes_on_while_the_database_cannot_be_read(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = await signed_in(register)

    def broken() -> None:
        raise StoreError("the server went away")

    monkeypatch.setattr(register._rows, "read", broken)
    await register.refresh()
    visitor = register.visitor(cookie, None)
    assert visitor is not None
    assert visitor.role is Role.NURSE


async def test_without_having_read_the_database_there_is_no_first_account(people: Peopled) -> None:
    assert not people.login.empty
    await people.register.refresh()
    assert not people.login.empty


async def test_secrets_are_checked_one_at_a_time_and_few_may_wait() -> None:
    hasher = Hasher(CHEAP)
    checks = [asyncio.create_task(hasher.matches(None, "x")) for _ in range(WAITING + 5)]
    answers = await asyncio.gather(*checks, return_exceptions=True)
    assert [isinstance(answer, BusyError) for answer in answers].count(True) == 5
    assert hasher.checked == WAITING
