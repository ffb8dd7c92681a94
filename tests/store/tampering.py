"""A journal with something of everything, and what somebody with the file and a database shell could do to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import text

from monitord.model import Attempt, Withdraw
from monitord.store.accounts import Account, Login, Note, People, Token
from monitord.store.database import schema
from monitord.store.journal import chain
from monitord.store.journal.chain import AuditLink, ChainHead
from monitord.store.journal.journal import Journal
from monitord.store.snapshots import Snapshot
from tests.store.builders import (
    admit,
    at,
    configured,
    deadline,
    discharge,
    frame,
    line,
    notify,
)

NOTE = Note(at=at(0), who="eva", what="added")


def fill(journal: Journal) -> None:
    """Accounts, settings, a session s1 that ended, an open session s2, messages with every outcome."""
    people = People(journal.database)
    people.save(Account(name="anna", role="nurse", password="hash"), NOTE)
    people.save(Account(name="ben", role="viewer"), NOTE)
    people.give(Token(name="wall", digest="d", role="viewer", expires_at=at(900)), NOTE)
    people.sign_in([Login(digest="b", account="anna", password_at=at(0), used_at=at(0))], NOTE)
    journal.chain_people()
    journal.append([configured(1, '{"limit": 90}', bed=None), configured(1, '{"limit": 90}')])
    journal.append([frame(2)])
    journal.append([admit(2, "s1")])
    journal.append([frame(3, spo2=86.0)])
    told = line(4)
    journal.append([deadline(4, told, notify("k1", told), notify("k2", told, "desk"), n=2)])
    journal.mark([Attempt(key="k2", at=at(4), error="refused", next_at=at(9))])
    journal.mark([Attempt(key="k1", at=at(5))])
    journal.append([replace(frame(5), effects=(Withdraw(alarm=told.id),), first_n=5)])
    journal.append([discharge(6, "s1")])
    journal.append([admit(7, "s2"), frame(8), frame(9, spo2=95.0), frame(10)])
    journal.save_snapshot(Snapshot(bed="1", seq=10, n=7, code_version="c", text='{"now": 10}'))
    later = line(11, "s2/spo2_low/1", session="s2")
    journal.append([deadline(11, later, notify("k3", later), n=8)])
    journal.append([frame(12)])


Do = Callable[[Journal], None]


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was done, and words of the fault that names it."""

    kind: str
    says: str
    do: Do
    needs_head: bool = False
    """Whether it shows only against a head that was kept elsewhere."""


def sql(*statements: str) -> Do:
    """Statements in one transaction, each of which changes something."""

    def do(journal: Journal) -> None:
        with journal.database.write() as connection:
            for statement in statements:
                assert connection.execute(text(statement)).rowcount > 0, statement

    return do


def cut_off(journal: Journal) -> None:
    """The latest link goes with all rows that it covers: what is left is whole in itself."""
    with journal.database.write() as connection:
        links = connection.execute(
            text("SELECT seq, effect, n FROM audit_links ORDER BY n DESC LIMIT 2")
        ).all()
        _, (seq, effect, n) = links
        connection.execute(text(f"DELETE FROM events WHERE seq > {seq}"))
        connection.execute(text(f"DELETE FROM effects WHERE id > {effect}"))
        connection.execute(text(f"DELETE FROM audit_links WHERE n > {n}"))


def made_anew(journal: Journal) -> None:
    """A reading is changed, and every link after it is computed again."""
    sql("UPDATE events SET body = replace(body, '86.0', '96.0') WHERE seq = 5")(journal)
    rechain(journal)


def rechain(journal: Journal) -> None:
    """Every link over the rows as they are now, as somebody who knows this program can do it."""
    with journal.database.write() as connection:
        links = [
            AuditLink(**row)
            for row in connection.execute(text("SELECT * FROM audit_links ORDER BY n")).mappings()
        ]
        before = replace(links[0], hash=chain.genesis().hash, n=0, seq=0, effect=0, attempt=0)
        for link in links:
            rows = {
                table.name: [
                    dict(row)
                    for row in connection.execute(
                        table.select().where(key > first, key <= last).order_by(key)
                    ).mappings()
                ]
                for table, key, first, last in (
                    (schema.events, schema.events.c.seq, before.seq, link.seq),
                    (schema.effects, schema.effects.c.id, before.effect, link.effect),
                    (schema.attempts, schema.attempts.c.id, before.attempt, link.attempt),
                )
            }
            said = chain.read_body(link.body)
            body = chain.body(chain.owned(*rows.values()), said.mutable, said.notes)
            head = ChainHead(chain=chain.SUITE, n=before.n, hash=before.hash)
            again = chain.link(
                head, seq=link.seq, effect=link.effect, attempt=link.attempt, body=body
            )
            connection.execute(
                text("UPDATE audit_links SET body = :body, hash = :hash WHERE n = :n"),
                {"body": again.body, "hash": again.hash, "n": again.n},
            )
            before = again


_COPY = "session, type, source, simulated, body, digest FROM events"
_SWAP = "CASE seq WHEN 9 THEN 10 ELSE 9 END"

KINDS: Sequence[Tampering] = (
    Tampering(
        "a reading is edited",
        "session s1: a row was changed in event 5",
        sql("UPDATE events SET body = replace(body, '86.0', '96.0') WHERE seq = 5"),
    ),
    Tampering(
        "a reading outside of any session is edited",
        "samples of bed 1: a row was changed in event 3",
        sql("UPDATE events SET body = replace(body, '97.0', '60.0') WHERE seq = 3"),
    ),
    Tampering(
        "the first event is edited",
        "suite: a row was changed in events 1 to 2",
        sql("UPDATE events SET at = at + 1 WHERE seq = 1"),
    ),
    Tampering(
        "a staff action goes under another name",
        "session s1: a row was changed in event 7",
        sql("UPDATE events SET body = replace(body, 'n1', 'n2') WHERE seq = 7"),
    ),
    Tampering(
        "a reading goes to another session",
        "session s1: 1 rows are gone in event 5",
        sql("UPDATE events SET session = 's2' WHERE seq = 5"),
    ),
    Tampering(
        "a reading is deleted",
        "session s2: 1 rows are gone in events 8 to 11",
        sql("DELETE FROM events WHERE seq = 9"),
    ),
    Tampering(
        "a reading is put in where one was",
        "session s1: 1 rows were slipped in in event 3",
        sql(
            "DELETE FROM events WHERE seq = 3",
            f"INSERT INTO events (seq, at, bed, {_COPY.replace(' FROM events', '')}) "
            f"SELECT 3, at, bed, {_COPY} WHERE seq = 5",
        ),
    ),
    Tampering(
        "an event is added at the end",
        "event 90 is in no chain",
        sql(
            f"INSERT INTO events (seq, at, bed, {_COPY.replace(' FROM events', '')}) "
            f"SELECT 90, at, bed, {_COPY} WHERE seq = 7"
        ),
    ),
    Tampering(
        "two readings change places",
        "session s2: a row was changed in events 8 to 11",
        sql(
            "UPDATE events SET seq = -seq WHERE seq IN (9, 10)",
            f"UPDATE events SET seq = {_SWAP.replace('seq', '-seq')} WHERE seq < 0",
        ),
    ),
    Tampering(
        "an alarm is made less grave",
        "session s1: a row was changed in effects 2 to 4",
        sql("UPDATE effects SET body = replace(body, '86.0', '91.0') WHERE id = 2"),
    ),
    Tampering(
        "an alarm is deleted",
        "session s1: 1 rows are gone in effects 2 to 4",
        sql("DELETE FROM effects WHERE id = 2"),
    ),
    Tampering(
        "who was told is edited",
        "session s1: a row was changed in effects 2 to 4",
        sql("UPDATE effects SET body = replace(body, 'pager', 'nurse') WHERE id = 3"),
    ),
    Tampering(
        "an answer to staff is deleted",
        "session s1: 1 rows are gone in event 4, effect 1",
        sql("DELETE FROM effects WHERE id = 1"),
    ),
    Tampering(
        "a failed delivery is made one that arrived",
        "session s1: a row was changed in attempt 1",
        sql("UPDATE attempts SET error = NULL WHERE id = 1"),
    ),
    Tampering(
        "a delivery that was tried is deleted",
        "session s1: 1 rows are gone in attempt 2",
        sql("DELETE FROM attempts WHERE id = 2"),
    ),
    Tampering(
        "a message that waits is marked as sent",
        "message k3 was queued after 0 attempts; its row says sent after 0",
        sql("UPDATE outbox SET state = 'sent' WHERE key = 'k3'"),
    ),
    Tampering(
        "a message that waits is deleted",
        "message k3 is gone",
        sql("DELETE FROM outbox WHERE key = 'k3'"),
    ),
    Tampering(
        "a message goes to somebody else",
        "message k3 was changed",
        sql("UPDATE outbox SET destination = 'nobody' WHERE key = 'k3'"),
    ),
    Tampering(
        "a limit is edited in the settings",
        "was changed",
        sql("UPDATE documents SET text = replace(text, '90', '60')"),
    ),
    Tampering(
        "an account gets another role",
        "account ben was changed",
        sql("UPDATE accounts SET role = 'approver' WHERE name = 'ben'"),
    ),
    Tampering(
        "an account is added",
        "account mallory is in no chain",
        sql(
            "INSERT INTO accounts SELECT 'mallory', role, password, pin, invite, invite_until, disabled FROM accounts WHERE name = 'anna'"
        ),
    ),
    Tampering(
        "an account is deleted",
        "account ben is gone",
        sql("DELETE FROM accounts WHERE name = 'ben'"),
    ),
    Tampering(
        "a browser is signed in without a password",
        "login forged/anna is in no chain",
        sql("INSERT INTO logins SELECT 'forged', account, password_at, used_at FROM logins"),
    ),
    Tampering(
        "a program's token gets another role",
        "token wall was changed",
        sql("UPDATE tokens SET role = 'nurse'"),
    ),
    Tampering(
        "a state is edited",
        "state of bed 1 was changed",
        sql("UPDATE snapshots SET text = replace(text, '10', '11')"),
    ),
    Tampering(
        "a session is made one that ended",
        "session s2 was changed",
        sql(
            "UPDATE sessions SET ended_by = 'x', ended_at = at, last_seq = 11 FROM events WHERE seq = 11 AND sessions.session = 's2'"
        ),
    ),
    Tampering(
        "a link is edited",
        "link 6 was changed",
        sql("UPDATE audit_links SET body = replace(body, 's1', 's9') WHERE n = 6"),
    ),
    Tampering(
        "a link is deleted",
        "links 6 to 6 are gone",
        sql("DELETE FROM audit_links WHERE n = 6"),
    ),
    Tampering(
        "a note about people is edited",
        "link 2 was changed",
        sql("UPDATE audit_links SET body = replace(body, 'eva', 'ben') WHERE n = 2"),
    ),
    Tampering(
        "the last links are cut off, the rows stay",
        "event 12 is in no chain",
        sql("DELETE FROM audit_links WHERE seq = 12"),
    ),
    Tampering(
        "the whole chain is deleted",
        "the whole chain is gone",
        sql("DELETE FROM audit_links"),
    ),
    Tampering(
        "the newest rows are cut off with their links",
        "cut off before link",
        cut_off,
        needs_head=True,
    ),
    Tampering(
        "a reading is edited and the chain made anew",
        "another chain than the one whose link",
        made_anew,
        needs_head=True,
    ),
)
"""Kind of tampering, and what verify says."""
