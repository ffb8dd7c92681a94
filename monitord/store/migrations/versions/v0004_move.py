"""A session may go on at another bed; a snapshot's settings are in its state."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "arrived_seq", sa.BigInteger(), comment="Where the patient came from another bed"
    )
    op.add_column("sessions", column)
    op.drop_column("snapshots", "config_digest")


def downgrade() -> None:
    kept = sa.Column("config_digest", sa.Text(), nullable=False, server_default="")
    op.add_column("snapshots", kept)
    op.drop_column("sessions", "arrived_seq")
