"""Accounts, logins of browsers, tokens of programs, and what of them waits to be chained."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), primary_key=True, comment="As it stands at every action"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), comment="argon2id; null until the person chose one"),
        sa.Column("pin", sa.Text(), comment="argon2id; null where there is none"),
        sa.Column(
            "invite", sa.Text(), comment="SHA-256 of the code with which a password is chosen, once"
        ),
        sa.Column("invite_until", sa.BigInteger()),
        sa.Column("disabled", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "logins",
        sa.Column("digest", sa.Text(), primary_key=True, comment="SHA-256 of a browser's cookie"),
        sa.Column("account", sa.Text(), sa.ForeignKey("accounts.name"), primary_key=True),
        sa.Column("password_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("name", sa.Text(), primary_key=True, comment="Of the program"),
        sa.Column("digest", sa.Text(), nullable=False, unique=True, comment="SHA-256 of the token"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "unchained",
        sa.Column("id", ID, primary_key=True),
        sa.Column("note", sa.Text(), nullable=False),
        comment="What was done to accounts and waits for its link in the suite's audit chain",
    )


def downgrade() -> None:
    for table in ("unchained", "tokens", "logins", "accounts"):
        op.drop_table(table)
