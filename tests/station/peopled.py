"""A station with accounts: a real journal, real hashes of the cheapest kind, a clock that is set."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
from argon2 import PasswordHasher

from monitord.config.suite.suite import Station
from monitord.model import Instant, Span
from monitord.station.access.accounts_and_logins import AccountsAndLogins
from monitord.station.access.authorization import Access
from monitord.station.access.passwords import Hasher, digest
from monitord.station.access.rate_limit import Rate
from monitord.station.access.roles import Role
from monitord.station.access.sign_in_and_pin import SignIn
from monitord.store.accounts import Account, Note, People, Token
from monitord.store.journal.journal import Journal
from tests.builders_station import PaperHost
from tests.peers import until
from tests.station.served import served
from tests.store.builders import people_notes

PASSWORD = "correct horse battery"
PIN = "2580"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = CHEAP.hash(PASSWORD)
PIN_HASH = CHEAP.hash(PIN)
YEAR: Span = 365 * 24 * 3600 * 1_000_000


@dataclass
class Peopled:
    """What a test of people needs; every role has an account of its own name."""

    journal: Journal
    host: PaperHost
    access: Access

    @property
    def login(self) -> SignIn:
        assert self.access.login is not None
        return self.access.login

    @property
    def known(self) -> AccountsAndLogins:
        return self.login.known

    def pass_time(self, span: Span) -> None:
        """Engine time goes on."""
        self.host.clock = Instant(self.host.clock + span)

    def audit(self) -> list[str]:
        """The notes about people in the audit chain, oldest first."""
        return people_notes(self.journal.database)


def peopled(
    folder: Path, host: PaperHost, *, accounts: bool = True, rate: Rate | None = None
) -> Peopled:
    """A station's access; the caller closes `journal`."""
    journal = Journal.open(folder / "journal.db")
    rows = People(journal.database)
    added = Note(at=host.now(), who="test", what="added")
    for role in Role if accounts else ():
        account = Account(name=role.value, role=role, password=HASH, pin=PIN_HASH)
        rows.save(account, added)
        token = Token(
            name=f"{role} program",
            digest=digest(f"token {role}"),
            role=role,
            expires_at=Instant(host.now() + YEAR),
        )
        rows.give(token, added)
    known = AccountsAndLogins(rows, host.now, journal.chain_people, Station().lock_after)
    access = Access(login=SignIn(known, Hasher(CHEAP)))
    return Peopled(journal, host, access if rate is None else replace(access, rate=rate))


async def sign_in(http: httpx2.AsyncClient, name: str, password: str = PASSWORD) -> httpx2.Response:
    """As the page does it; the client keeps the cookie."""
    body = {"name": name, "password": password}
    return await http.post("/api/session/login", json=body)


async def refused(http: httpx2.AsyncClient, path: str, body: dict[str, object]) -> tuple[int, str]:
    """The status and the sentence of a refusal."""
    answer = await http.post(path, json=body)
    return answer.status_code, answer.json()["error"]


@asynccontextmanager
async def page_of(people: Peopled) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that says, as a browser does, which page it is."""
    async with (
        served(people.host, access=people.access) as station,
        httpx2.AsyncClient(base_url=station.url, headers={"origin": station.url}) as client,
    ):
        await until(lambda: people.known.loaded)
        yield client
