"""A journal can go on where another one ended; each has a number by which it is known again."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carried",
        sa.Column("bed", sa.Text(), primary_key=True, comment="Empty for the suite's own engine"),
        sa.Column(
            "seq", sa.BigInteger(), nullable=False, comment="The number after which it goes on"
        ),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        comment="The states with which this journal goes on where another one ended",
    )
    meta = sa.table("meta", sa.column("key", sa.Text()), sa.column("value", sa.Text()))
    op.execute(meta.insert().values(key="identity", value=str(secrets.randbits(62) + 1)))


def downgrade() -> None:
    op.drop_table("carried")
    op.execute("DELETE FROM meta WHERE key IN ('identity', 'restored_at', 'last_at')")
