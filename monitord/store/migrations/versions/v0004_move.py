"""A session may go on at another bed."""

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


def downgrade() -> None:
    op.drop_column("sessions", "arrived_seq")
