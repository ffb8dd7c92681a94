"""The tables. Migrations make them; a test holds both to the same shape.

Times are microseconds of UTC (`Instant`); a `bed` that is null is the suite's own engine.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    literal_column,
)

REVISION = "0006"
"""The migration that this code needs, so that opening an up-to-date database loads no alembic."""

READABLE = frozenset({"0004", "0005", REVISION})
"""The migrations whose tables this code reads as they are, where it may not change them."""

LINKS_SINCE = "0006"
"""The migration since which one chain covers every row."""

metadata = MetaData()

# SQLite numbers a row only where the key is called INTEGER; every other integer there has 64 bits.
_ID = BigInteger().with_variant(Integer, "sqlite")

documents = Table(
    "documents",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("text", Text, nullable=False),
    comment="Resolved settings, each stored once under its digest",
)

# Numbers are given by the one writer, not by the database: a group of rows knows its numbers
# before it is written, and retention can never make a number be given twice.
events = Table(
    "events",
    metadata,
    Column("seq", _ID, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("bed", Text),
    Column("session", Text),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", Text, ForeignKey("documents.digest")),
    Index("events_by_bed", "bed", "seq"),
    Index("events_by_session", "session", "seq"),
)
# A restart asks for a bed's latest settings: among millions of samples a handful of rows.
_CONFIGURED = events.c.digest.is_not(None)
Index(
    "events_configured",
    events.c.bed,
    events.c.seq,
    sqlite_where=_CONFIGURED,
    postgresql_where=_CONFIGURED,
)

effects = Table(
    "effects",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("after_seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("bed", Text),
    Column("n", BigInteger, nullable=False, comment="Running number among the bed's effects"),
    Column("session", Text),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("effects_by_bed", "bed", "n"),
    Index("effects_by_session", "session", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session", Text, primary_key=True),
    Column("bed", Text),
    Column("admitted_by", Text, nullable=False, comment="Id of the action"),
    Column("admitted_at", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("ended_by", Text, comment="Id of the action; null while the session is open"),
    Column("ended_at", BigInteger),
    Column("last_seq", BigInteger),
    Column("arrived_seq", BigInteger, comment="Where the patient came from another bed"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("effect", BigInteger, nullable=False, comment="Order in which it was decided"),
    Column("alarm", Text, nullable=False),
    Column("session", Text),
    Column("destination", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("last_error", Text),
    Index("outbox_by_alarm", "alarm", "effect"),
)
# Written out, not bound: a partial index serves only a query that says the same words.
QUEUED = outbox.c.state == literal_column("'queued'")
Index(
    "outbox_queued",
    outbox.c.destination,
    outbox.c.effect,
    sqlite_where=QUEUED,
    postgresql_where=QUEUED,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("session", Text),
    Column("at", BigInteger, nullable=False),
    Column("error", Text, comment="Null where it arrived"),
    Column("next_at", BigInteger, comment="Null where it was the last"),
    Index("attempts_by_key", "key", "id"),
    comment="What became of each attempt to deliver",
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("bed", Text, primary_key=True, comment="Empty for the suite's own engine"),
    Column("seq", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("text", Text, nullable=False),
)

carried = Table(
    "carried",
    metadata,
    Column("bed", Text, primary_key=True, comment="Empty for the suite's own engine"),
    Column("seq", BigInteger, nullable=False, comment="The number after which it goes on"),
    Column("n", BigInteger, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("text", Text, nullable=False),
    comment="The states with which this journal goes on where another one ended",
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

audit_links = Table(
    "audit_links",
    metadata,
    Column("n", _ID, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False, comment="The last event that it covers"),
    Column("effect", BigInteger, nullable=False, comment="The last effect that it covers"),
    Column("attempt", BigInteger, nullable=False, comment="The last attempt that it covers"),
    Column("body", Text, nullable=False),
    Column("hash", Text, nullable=False),
    comment="The hash chain: one link a transaction, over all its rows",
)

# Up to 0005; kept as it is, and quoted by the first of the links above.
audit = Table(
    "audit",
    metadata,
    Column("chain", Text, primary_key=True, comment="A session, or empty for the suite's chain"),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("ref", BigInteger, comment="The event's seq or the effect's id"),
    Column("note", Text, comment="What is chained where no row is referred to"),
    Column("hash", Text, nullable=False),
    Index("audit_by_ref", "kind", "ref"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True, comment="As it stands at every action"),
    Column("role", Text, nullable=False),
    Column("password", Text, comment="argon2id; null until the person chose one"),
    Column("pin", Text, comment="argon2id; null where there is none"),
    Column("invite", Text, comment="SHA-256 of the code with which a password is chosen, once"),
    Column("invite_until", BigInteger),
    Column("disabled", Boolean, nullable=False),
)

logins = Table(
    "logins",
    metadata,
    Column("digest", Text, primary_key=True, comment="SHA-256 of a browser's cookie"),
    Column("account", Text, ForeignKey("accounts.name"), primary_key=True),
    Column("password_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True, comment="Of the program"),
    Column("digest", Text, nullable=False, unique=True, comment="SHA-256 of the token"),
    Column("role", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

unchained = Table(
    "unchained",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("note", Text, nullable=False),
    comment="What was done to accounts and waits for its link in the suite's audit chain",
)
