"""What the station knows of people, and what it does while the database fails."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.errors import StoreError
from monitord.model import MINUTE
from monitord.station.access.accounts_and_logins import NOTES, STAY, USED_EVERY, AccountsAndLogins
from monitord.station.access.passwords import WAITING, BusyError, Hasher, digest
from monitord.station.access.roles import Role
from tests.builders_station import PaperHost, state
from tests.station.peopled import CHEAP, Peopled, peopled


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Peopled]:
    found = peopled(tmp_path, PaperHost(**{"1": state("1")}))
    yield found
    found.journal.close()


@pytest.fixture
async def known(people: Peopled) -> AccountsAndLogins:
    await people.known.refresh()
    return people.known


async def signed_in(known: AccountsAndLogins, name: str = "nurse") -> str:
    account = known.account(name)
    assert account is not None
    return await known.sign_in(None, account)


async def test_a_screen_that_is_used_stays_and_one_that_is_not_is_forgotten(
    people: Peopled, known: AccountsAndLogins
) -> None:
    used, unused = await signed_in(known), await signed_in(known)
    people.pass_time(STAY - MINUTE)
    await known.used(digest(used))
    people.pass_time(2 * MINUTE)
    assert known.visitor(used, None) is not None
    assert known.visitor(unused, None) is None
    await asyncio.to_thread(known._housekeeping)
    await known.refresh()
    assert {login.digest for login in known._rows.read().logins} == {digest(used)}


async def test_a_role_of_another_version_may_look(
    people: Peopled, known: AccountsAndLogins
) -> None:
    nurse = known.account("nurse")
    assert nurse is not None
    await known.save(replace(nurse, role="surgeon"), "eva", "role changed")
    visitor = known.visitor(await signed_in(known), None)
    assert visitor is not None
    assert visitor.role is Role.VIEWER


async def test_that_a_screen_is_used_is_written_once_an_hour(
    people: Peopled, known: AccountsAndLogins
) -> None:
    cookie = await signed_in(known)

    def written() -> int:
        return known._rows.read().logins[0].used_at

    first = written()
    people.pass_time(USED_EVERY - MINUTE)
    await known.used(digest(cookie))
    assert written() == first
    people.pass_time(MINUTE)
    await known.used(digest(cookie))
    assert written() == people.host.now()


async def test_refusals_are_kept_until_they_can_be_chained_and_counted(
    people: Peopled, known: AccountsAndLogins, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as failing:
        failing.setattr(known, "_chain", broken)
        for _ in range(3):
            known.note("anna", "refused GET /api/people")
            await known.refresh()
    assert not any("refused" in note for note in people.audit())
    await known.refresh()
    (note,) = [note for note in people.audit() if "refused" in note]
    assert "refused GET /api/people (3 times)" in note


async def test_a_flood_of_refusals_is_bounded(known: AccountsAndLogins) -> None:
    for n in range(3 * NOTES):
        known.note(f"name {n}", "wrong password")
    assert len(known._notes) == NOTES


async def test_what_was_known_goes_on_while_the_database_cannot_be_read(
    known: AccountsAndLogins, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = await signed_in(known)

    def broken() -> None:
        raise StoreError("the server went away")

    monkeypatch.setattr(known._rows, "read", broken)
    await known.refresh()
    visitor = known.visitor(cookie, None)
    assert visitor is not None
    assert visitor.role is Role.NURSE


async def test_without_having_read_the_database_there_is_no_first_account(people: Peopled) -> None:
    assert not people.login.first_account.is_missing
    await people.known.refresh()
    assert not people.login.first_account.is_missing


async def test_secrets_are_checked_one_at_a_time_and_few_may_wait() -> None:
    hasher = Hasher(CHEAP)
    checks = [asyncio.create_task(hasher.matches(None, "x")) for _ in range(WAITING + 5)]
    answers = await asyncio.gather(*checks, return_exceptions=True)
    assert [isinstance(answer, BusyError) for answer in answers].count(True) == 5
    assert hasher.checked == WAITING
