"""One hash chain over every row, one link a transaction; what became of each delivery is appended.

The chains of before stay as they are: the first link, which the journal adds when it is opened, quotes their
heads. On the way down they go on over what was recorded since, so that the older version finds no fault; a
head that was sent out meanwhile is one of neither chain.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from monitord.store.journal import former_chains
from monitord.store.journal.chain import SUITE, ChainHead, head_note

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("session", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), comment="Null where it arrived"),
        sa.Column("next_at", sa.BigInteger(), comment="Null where it was the last"),
        comment="What became of each attempt to deliver",
    )
    op.create_index("attempts_by_key", "attempts", ["key", "id"])
    op.create_table(
        "audit_links",
        sa.Column("n", ID, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The last event that it covers"),
        sa.Column(
            "effect", sa.BigInteger(), nullable=False, comment="The last effect that it covers"
        ),
        sa.Column(
            "attempt", sa.BigInteger(), nullable=False, comment="The last attempt that it covers"
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        comment="The hash chain: one link a transaction, over all its rows",
    )


_EVENT = (
    "SELECT seq, at, bed, session, type, source, simulated, body, digest FROM events "
    "WHERE seq > :first AND type <> 'frame' ORDER BY seq"
)
_EFFECT = (
    "SELECT id, after_seq, at, bed, n, session, type, body FROM effects "
    "WHERE id > :first AND type IN ('alarm', 'answered') ORDER BY id"
)


def downgrade() -> None:
    connection = op.get_bind()
    links = connection.execute(
        sa.text("SELECT seq, effect, body FROM audit_links ORDER BY n")
    ).all()
    if links:
        heads = _heads(connection)
        for row in _links(connection, links, heads):
            connection.execute(
                sa.text(
                    "INSERT INTO audit (chain, n, kind, ref, note, hash) "
                    "VALUES (:chain, :n, :kind, :ref, :note, :hash)"
                ),
                row,
            )
    op.drop_table("audit_links")
    op.drop_table("attempts")


def _heads(connection: sa.Connection) -> dict[str, ChainHead]:
    rows = connection.execute(sa.text("SELECT chain, n, hash FROM audit ORDER BY n"))
    return {name: ChainHead(chain=name, n=n, hash=hashed) for name, n, hashed in rows}


def _links(
    connection: sa.Connection, links: Any, heads: dict[str, ChainHead]
) -> Iterator[dict[str, Any]]:
    """What the older version would have chained."""

    def one(
        name: str, kind: str, ref: int | None, content: str, note: str | None
    ) -> dict[str, Any]:
        head = heads.get(name) or former_chains.genesis(name)
        head = heads[name] = former_chains.extend(head, kind, content)
        return {
            "chain": name,
            "n": head.n,
            "kind": kind,
            "ref": ref,
            "note": note,
            "hash": head.hash,
        }

    first = links[0]
    for event in connection.execute(sa.text(_EVENT), {"first": first.seq}).mappings().all():
        content = former_chains.event_content({**event, "simulated": bool(event["simulated"])})
        yield one(event["session"] or SUITE, "event", event["seq"], content, None)
    for effect in connection.execute(sa.text(_EFFECT), {"first": first.effect}).mappings().all():
        content = former_chains.effect_content({**effect})
        yield one(effect["session"] or SUITE, "effect", effect["id"], content, None)
    for link in links:
        for kind, text in json.loads(link.body).get("notes", ()):
            if kind == "people":
                yield one(SUITE, "people", None, text, text)
            elif kind == "removed" and (name := json.loads(text).get("session")):
                head = heads.pop(name, None) or former_chains.genesis(name)
                yield one(SUITE, "removed", None, head_note(head), head_note(head))
    for head in [head for name, head in heads.items() if name]:
        yield one(SUITE, "head", None, head_note(head), head_note(head))
