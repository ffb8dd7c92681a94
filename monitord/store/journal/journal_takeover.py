"""A journal takes over from another one, by a recovery copy: open sessions, numbers, accounts, and the quote of the chains."""

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from monitord.model import Instant
from monitord.store.database import schema
from monitord.store.journal import chain, position
from monitord.store.journal.batch import Batch
from monitord.store.journal.writer import Writer
from monitord.store.recovery_copy import RecoveryCopy
from monitord.store.snapshots import replace_row, sealed


def take_over(writer: Writer, carried: RecoveryCopy) -> None:
    """All of it in one transaction; from here on engines are restored from what was carried.

    Accounts only where this journal has none: they may have changed here since.
    """

    def also(connection: Connection, batch: Batch) -> None:
        known = writer.position
        for key, reached, given in (
            (position.SEQ_FLOOR, known.seq, carried.seq),
            (position.EFFECT_FLOOR, known.effect, carried.effect),
            (position.AT_FLOOR, known.at or 0, carried.at),
        ):
            position.write_meta(connection, batch, key, max(reached, given))
        floor = max(known.seq, carried.seq)
        for state in carried.states:
            row = sealed(state) | {"seq": floor}
            replace_row(connection, schema.carried, row)
            batch.keep(schema.carried, row)
            stale = schema.snapshots.c.bed == row["bed"]
            if connection.execute(delete(schema.snapshots).where(stale)).rowcount:
                batch.gone(schema.snapshots, row)
        batch.sessions += carried.sessions
        if connection.scalar(select(schema.accounts.c.name).limit(1)) is None:
            _bring_people(connection, batch, carried)
        for head in carried.heads:
            batch.note(chain.CONTINUED, chain.head_note(head))

    writer.commit((), also)
    writer.look_again()


def _bring_people(connection: Connection, batch: Batch, carried: RecoveryCopy) -> None:
    people = carried.people
    for table, rows in (
        (schema.accounts, people.accounts),
        (schema.logins, people.logins),
        (schema.tokens, people.tokens),
    ):
        if rows:
            connection.execute(delete(table))
            given = [asdict(row) for row in rows]
            connection.execute(insert(table), given)
            for row in given:
                batch.keep(table, row)


def is_behind(writer: Writer, connection: Connection, carried: RecoveryCopy) -> bool:
    """Whether the copy knows of something that this journal does not.

    Not where somebody restored a backup after the copy was written.
    """
    known = writer.position
    restored_at = Instant(position.read_meta(connection, position.RESTORED_AT) or 0)
    if carried.at <= restored_at:
        return False
    if carried.identity != known.identity:
        return carried.at > (known.at or 0)
    if carried.exact:
        return carried.seq > known.seq
    return carried.at > (known.at or 0)
