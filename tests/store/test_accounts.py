"""Accounts in the database: SQLite and PostgreSQL through the same code, every change chained."""

import json

import pytest
from sqlalchemy import func, update

from monitord.errors import StoreError
from monitord.model import Instant
from monitord.store.accounts import BROWSERS, Account, Login, Note, People, Token
from monitord.store.chain_verification import verify
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.journal.journal import Journal
from tests.store.builders import admit, people_notes

AT = Instant(1_767_607_200_000_000)


def note(what: str = "added", who: str = "eva") -> Note:
    return Note(at=AT, who=who, what=what, whom="anna")


def anna(**changes: object) -> Account:
    return Account(**{"name": "anna", "role": "nurse"} | changes)  # type: ignore[arg-type]


def chained(journal: Journal) -> list[dict[str, str]]:
    return [json.loads(text) for text in people_notes(journal.database)]


def test_an_account_is_kept_and_changed(journal: Journal) -> None:
    people = People(journal.database)
    people.save(anna(), note())
    people.save(anna(password="hash", invite_until=AT), note("password"))
    (kept,) = people.read().accounts
    assert kept == anna(password="hash", invite_until=AT)


def test_who_is_signed_out_has_no_login_left_on_any_browser(journal: Journal) -> None:
    people = People(journal.database)
    people.save(anna(), note())
    for browser in ("one", "two", "two"):
        login = Login(digest=browser, account="anna", password_at=AT, used_at=AT)
        people.sign_in([login], note("signed in"))
    assert [login.digest for login in people.read().logins] == ["one", "two"]
    people.save(anna(disabled=True), note("disabled"), sign_out=True)
    assert people.read().logins == ()


def test_of_one_persons_browsers_the_latest_stay(journal: Journal) -> None:
    people = People(journal.database)
    people.save(anna(), note())
    for n in range(BROWSERS + 3):
        at = Instant(AT + n)
        login = Login(digest=f"{n}", account="anna", password_at=at, used_at=at)
        people.sign_in([login], note())
    left = {int(login.digest) for login in people.read().logins}
    assert left == set(range(3, BROWSERS + 3))


def test_what_is_unused_or_over_is_forgotten(journal: Journal) -> None:
    people = People(journal.database)
    people.save(anna(), note())
    for n in (1, 2):
        at = Instant(AT + n)
        login = Login(digest=f"{n}", account="anna", password_at=at, used_at=at)
        people.sign_in([login], note())
        people.give(Token(name=f"t{n}", digest=f"{n}", role="viewer", expires_at=at), note())
    people.used("2", Instant(AT + 5))
    people.forget(Instant(AT + 3), Instant(AT + 2))
    assert [login.digest for login in people.read().logins] == ["2"]
    assert [token.name for token in people.read().tokens] == ["t2"]
    assert people.revoke("t2", note("revoked"))
    assert not people.revoke("t2", note("revoked"))


def test_every_change_is_a_link_of_the_suites_chain(journal: Journal) -> None:
    people = People(journal.database)
    people.save(anna(), note())
    journal.append([admit(1, "s1")])
    journal.chain_people([note("refused", who="anna").text()])
    assert people.waiting() == 0
    assert [(said["who"], said["what"]) for said in chained(journal)] == [
        ("eva", "added"),
        ("anna", "refused"),
    ]
    assert verify(journal.database).faults == ()


def test_a_link_about_people_that_was_changed_is_found(journal: Journal) -> None:
    journal.chain_people([note("refused").text()])
    links = schema.audit_links
    with journal.database.write() as connection:
        other = func.replace(links.c.body, "refused", "allowed")
        connection.execute(update(links).where(links.c.n == journal.head.n).values(body=other))
    assert verify(journal.database).faults == (f"link {journal.head.n} was changed",)


def test_a_command_beside_the_daemon_writes_and_the_daemon_chains_it(url: str) -> None:
    with Journal.open(url) as journal:
        beside = Database(url, beside=True)
        try:
            People(beside).save(anna(), note())
        finally:
            beside.close()
        assert [account.name for account in People(journal.database).read().accounts] == ["anna"]
        journal.chain_people()
        assert [said["whom"] for said in chained(journal)] == ["anna"]
        assert journal.append([admit(1, "s1")]) == [1]
        assert verify(journal.database).faults == ()


def test_beside_nothing_there_is_nothing_to_write(tmp_path: object) -> None:
    with pytest.raises(StoreError):
        Database(f"{tmp_path}/none.db", beside=True)
