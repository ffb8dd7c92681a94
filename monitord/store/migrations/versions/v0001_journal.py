"""Journal, outbox and snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        comment="Resolved settings, each stored once under its digest",
    )
    op.create_table(
        "events",
        sa.Column("seq", ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("bed", sa.Text()),
        sa.Column("session", sa.Text()),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), sa.ForeignKey("documents.digest")),
    )
    op.create_index("events_by_bed", "events", ["bed", "seq"])
    op.create_index("events_by_session", "events", ["session", "seq"])
    configured = sa.text("digest IS NOT NULL")
    op.create_index(
        "events_configured",
        "events",
        ["bed", "seq"],
        sqlite_where=configured,
        postgresql_where=configured,
    )
    op.create_table(
        "effects",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("after_seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("bed", sa.Text()),
        sa.Column(
            "n", sa.BigInteger(), nullable=False, comment="Running number among the bed's effects"
        ),
        sa.Column("session", sa.Text()),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("effects_by_bed", "effects", ["bed", "n"])
    op.create_index("effects_by_session", "effects", ["session", "id"])
    op.create_table(
        "sessions",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("bed", sa.Text()),
        sa.Column("admitted_by", sa.Text(), nullable=False, comment="Id of the action"),
        sa.Column("admitted_at", sa.BigInteger(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "ended_by", sa.Text(), comment="Id of the action; null while the session is open"
        ),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("last_seq", sa.BigInteger()),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column(
            "effect", sa.BigInteger(), nullable=False, comment="Order in which it was decided"
        ),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("session", sa.Text()),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("last_error", sa.Text()),
    )
    op.create_index("outbox_by_alarm", "outbox", ["alarm", "effect"])
    queued = sa.text("state = 'queued'")
    op.create_index(
        "outbox_queued",
        "outbox",
        ["destination", "effect"],
        sqlite_where=queued,
        postgresql_where=queued,
    )
    op.create_table(
        "snapshots",
        sa.Column("bed", sa.Text(), primary_key=True, comment="Empty for the suite's own engine"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("config_digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("meta", "snapshots", "outbox", "sessions", "effects", "events", "documents"):
        op.drop_table(table)
