"""The hash chains over staff actions and alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "chain",
            sa.Text(),
            primary_key=True,
            comment="A session, or empty for the suite's chain",
        ),
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.BigInteger(), comment="The event's seq or the effect's id"),
        sa.Column("note", sa.Text(), comment="What is chained where no row is referred to"),
        sa.Column("hash", sa.Text(), nullable=False),
    )
    op.create_index("audit_by_ref", "audit", ["kind", "ref"])


def downgrade() -> None:
    op.drop_table("audit")
