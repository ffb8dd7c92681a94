"""Accounts, logins of browsers and tokens of programs: rows in, rows out, no secrets in the clear.

Synchronous; any thread may call. Each change leaves a note in the same transaction, which
`Journal.chain_people` takes into the audit chain, so that a command beside the daemon is in it too.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from monitord.model import Instant, iso
from monitord.store import schema
from monitord.store.database import Database

BROWSERS = 64
"""Of one account: a program that signs in anew each minute must not fill the table."""
CHUNK = 500
"""Notes chained in one transaction: some ten milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person. `password` and `pin` are argon2 hashes, `invite` the SHA-256 of a code."""

    name: str
    role: str
    password: str | None = None
    pin: str | None = None
    invite: str | None = None
    invite_until: Instant | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who gave a password on which browser; `digest` is the SHA-256 of its cookie."""

    digest: str
    account: str
    password_at: Instant
    used_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A program's; `digest` is the SHA-256 of what it sends."""

    name: str
    digest: str
    role: str
    expires_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """All rows as they stood at one instant."""

    accounts: tuple[Account, ...] = ()
    logins: tuple[Login, ...] = ()
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an audit line about people says: `who` did `what`, to `whom` where it is another."""

    at: Instant
    who: str
    what: str
    whom: str | None = None

    def text(self) -> str:
        """As it is chained."""
        said = {"at": iso(self.at), "who": self.who, "what": self.what, "whom": self.whom}
        return json.dumps({key: value for key, value in said.items() if value is not None})


class People:
    """The rows about people in an open database. StoreError where it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Everybody:
        """Everything: a suite has tens of accounts."""
        with self._database.read() as connection:
            return Everybody(
                accounts=tuple(
                    Account(**row)
                    for row in connection.execute(
                        select(schema.accounts).order_by(schema.accounts.c.name)
                    ).mappings()
                ),
                logins=tuple(
                    Login(**row) for row in connection.execute(select(schema.logins)).mappings()
                ),
                tokens=tuple(
                    Token(**row)
                    for row in connection.execute(
                        select(schema.tokens).order_by(schema.tokens.c.name)
                    ).mappings()
                ),
            )

    def waiting(self) -> int:
        """How many notes wait to be chained."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(schema.unchained)) or 0

    def save(self, account: Account, note: Note, *, sign_out: bool = False) -> None:
        """Adds or changes an account; `sign_out` ends it on every browser."""
        with self._database.write() as connection:
            table, row = schema.accounts, asdict(account)
            changed = connection.execute(
                update(table).where(table.c.name == account.name).values(row)
            )
            if changed.rowcount == 0:
                connection.execute(insert(table).values(row))
            if sign_out:
                logins = schema.logins
                connection.execute(delete(logins).where(logins.c.account == account.name))
            _leave(connection, note)

    def sign_in(self, login: Login, note: Note) -> None:
        """Somebody gave a password on a browser; of their browsers the latest few stay."""
        table = schema.logins
        with self._database.write() as connection:
            same = (table.c.digest == login.digest) & (table.c.account == login.account)
            connection.execute(delete(table).where(same))
            connection.execute(insert(table).values(asdict(login)))
            of_account = table.c.account == login.account
            latest = select(table.c.digest).where(of_account).order_by(table.c.used_at.desc())
            kept = latest.limit(BROWSERS).scalar_subquery()
            connection.execute(delete(table).where(of_account, table.c.digest.not_in(kept)))
            _leave(connection, note)

    def used(self, digest: str, at: Instant) -> None:
        """The browser is still there."""
        table = schema.logins
        with self._database.write() as connection:
            connection.execute(
                update(table).where(table.c.digest == digest).values(used_at=int(at))
            )

    def sign_out(self, digest: str, note: Note) -> None:
        """Everybody leaves this browser."""
        with self._database.write() as connection:
            connection.execute(delete(schema.logins).where(schema.logins.c.digest == digest))
            _leave(connection, note)

    def forget(self, unused_since: Instant, now: Instant) -> None:
        """Removes logins that were not used, and tokens whose time is over."""
        logins, tokens = schema.logins, schema.tokens
        with self._database.write() as connection:
            connection.execute(delete(logins).where(logins.c.used_at < unused_since))
            connection.execute(delete(tokens).where(tokens.c.expires_at < now))

    def give(self, token: Token, note: Note) -> None:
        """A program's token; the one of the same name ends."""
        with self._database.write() as connection:
            connection.execute(delete(schema.tokens).where(schema.tokens.c.name == token.name))
            connection.execute(insert(schema.tokens).values(asdict(token)))
            _leave(connection, note)

    def leave(self, note: Note) -> None:
        """What somebody did that changes no row here and belongs in the audit chain."""
        with self._database.write() as connection:
            _leave(connection, note)

    def revoke(self, name: str, note: Note) -> bool:
        """Ends a program's token; False where there is none."""
        with self._database.write() as connection:
            gone = connection.execute(delete(schema.tokens).where(schema.tokens.c.name == name))
            if gone.rowcount:
                _leave(connection, note)
            return bool(gone.rowcount)


def take_unchained(connection: Connection) -> Sequence[str]:
    """The oldest notes, removed from those that wait: the caller chains them in its transaction."""
    table = schema.unchained
    rows = connection.execute(select(table).order_by(table.c.id).limit(CHUNK)).all()
    if rows:
        connection.execute(delete(table).where(table.c.id <= rows[-1].id))
    return [row.note for row in rows]


def _leave(connection: Connection, note: Note) -> None:
    connection.execute(insert(schema.unchained).values(note=note.text()))
