"""`monitord people`: accounts and tokens in the database, beside a running daemon too.

The daemon knows of a change within two seconds, and takes it into its audit chain.
"""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from monitord.config.database_place import is_server, place_of
from monitord.daemon.sequencing.clock import wall_time
from monitord.errors import StationError, StoreError
from monitord.model import Instant, iso
from monitord.station.access.account_changes import DAY
from monitord.station.access.accounts_and_logins import invited, name_fault
from monitord.station.access.passwords import digest, new_token
from monitord.station.access.roles import Role
from monitord.station.input_types import TOKEN_DAYS, Who
from monitord.store.accounts import Account, Note, People, Token
from monitord.store.database.database import Database

_WHO: TypeAdapter[str] = TypeAdapter(Who)


def listed(url: str) -> list[tuple[str, str, str]]:
    """Name, role and standing of every account and token, without their secrets."""
    with _opened(url) as people:
        known = people.read()
    return [
        *((each.name, each.role, _standing(each)) for each in known.accounts),
        *(
            (each.name, each.role, f"program, until {iso(each.expires_at)[:10]}")
            for each in known.tokens
        ),
    ]


def add(url: str, name: str, role: str) -> str:
    """A new account; the code with which its person chooses a password, within a day."""
    account, code = invited(_name(name), _role(role), wall_time())
    with _opened(url, make=True) as people:
        known = people.read()
        taken = {each.name.casefold() for each in known.accounts}
        taken |= {each.name.casefold() for each in known.tokens}
        if account.name.casefold() in taken:
            raise StationError(f"there is a person or program {account.name!r} already")
        people.save(account, _note(f"account added as {account.role}", account.name))
    return code


def reset(url: str, name: str) -> str:
    """Ends password, PIN and every screen of somebody; the code for a new password."""
    with _opened(url) as people:
        old = _existing(people, name)
        account, code = invited(old.name, old.role, wall_time())
        people.save(account, _note("password reset", old.name), sign_out=True)
    return code


def disable(url: str, name: str) -> None:
    """Somebody may not come back, until a reset."""
    with _opened(url) as people:
        old = _existing(people, name)
        people.save(replace(old, disabled=True), _note("disabled", old.name), sign_out=True)


def give_token(url: str, name: str, role: str, days: int | None = None) -> str:
    """What a program sends as `Authorization: Bearer`."""
    secret, until = new_token(), Instant(wall_time() + (days or TOKEN_DAYS) * DAY)
    token = Token(name=_name(name), digest=digest(secret), role=_role(role), expires_at=until)
    with _opened(url, make=True) as people:
        if _find(people, token.name) is not None:
            raise StationError(f"{token.name!r} is a person: give the program a name of its own")
        people.give(token, _note(f"token given as {token.role}", token.name))
    return secret


def revoke(url: str, name: str) -> None:
    """Ends a program's token."""
    with _opened(url) as people:
        if not people.revoke(name, _note("token revoked", name)):
            raise StationError(f"there is no token {name!r}")


@contextmanager
def _opened(url: str, *, make: bool = False) -> Iterator[People]:
    """`make`: a journal that is not there yet, or older, is made or brought up; no daemon runs."""
    with _as_owner(url):
        try:
            database = _database(url, make=make)
        except PermissionError as error:
            raise StoreError(f"{error.filename}: {error.strerror}") from error
        try:
            yield People(database)
        finally:
            database.close()


def _database(url: str, *, make: bool) -> Database:
    try:
        return Database(url, beside=True)
    except StoreError:
        if not make:
            raise
        return Database(url)


@contextmanager
def _as_owner(url: str) -> Iterator[None]:
    """As root: with the rights of the account whose folder the journal is in. The service could not open root's files."""
    folder = None if is_server(url) else Path(place_of(url)).parent
    if os.geteuid() != 0 or folder is None or not folder.is_dir():
        yield
        return
    owner, group = folder.stat(), os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)


def _standing(account: Account) -> str:
    if account.disabled:
        return "disabled"
    return "" if account.password else "has no password yet"


def _find(people: People, name: str) -> Account | None:
    wanted = name.strip().casefold()
    return next((each for each in people.read().accounts if each.name.casefold() == wanted), None)


def _existing(people: People, name: str) -> Account:
    if (found := _find(people, name)) is None:
        raise StationError(f"there is no account {name!r}")
    return found


def _name(name: str) -> str:
    try:
        checked = _WHO.validate_python(name)
    except ValidationError as error:
        raise StationError(f"a name is one line of at most 40 characters: {name!r}") from error
    if fault := name_fault(checked):
        raise StationError(fault)
    return checked


def _role(role: str) -> Role:
    try:
        return Role(role.replace(" ", "_"))
    except ValueError as error:
        raise StationError(f"a role is one of {', '.join(Role)}: {role!r}") from error


def _note(what: str, whom: str) -> Note:
    who = f"{getpass.getuser()} (command line)"
    return Note(at=wall_time(), who=who, what=what, whom=whom)
