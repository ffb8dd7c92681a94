"""What a protocol said when it was last approved: the journal keeps every document that was in force."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from monitord.config import read_protocol
from monitord.config.approval import Approval
from monitord.config.sheet import sheet
from monitord.config.suite_file import read_suite
from monitord.engine.protocol import SETTINGS, Protocol, digest
from monitord.errors import StoreError
from monitord.plugins import load_plugins
from monitord.store import schema
from monitord.store.database import Database


def last_approved(
    database: str | Path, name: str, approvals: Iterable[Approval]
) -> Protocol | None:
    """The protocol of this name under its newest approval that the journal holds; None without."""
    mine = sorted((a for a in approvals if a.protocol == name), key=lambda a: a.date, reverse=True)
    opened = Database(database, read_only=True)
    try:
        with opened.read() as connection:
            texts = connection.scalars(select(schema.documents.c.text)).all()
    finally:
        opened.close()
    known = {digest(each): each for text in texts for each in _protocols(text) if each.name == name}
    return next((known[a.digest] for a in mine if a.digest in known), None)


def _protocols(text: str) -> list[Protocol]:
    try:
        settings = SETTINGS.validate_json(text)
    except ValueError:
        return []  # written by a version whose protocols had another shape
    return [settings.watch, *settings.protocols.values()]


def paper(protocol: Protocol, suite_file: Path | None, since: str | None) -> str:
    """The sheet to sign: with a suite the rules that rest there, and what changed since it was signed."""
    suite = None if suite_file is None else read_suite(suite_file, load_plugins())
    before = None if since is None else read_protocol(since)
    if suite is not None and before is None:
        with suppress(StoreError):  # a suite that never ran has no journal
            before = last_approved(suite.database, protocol.name, suite.approvals)
    return sheet(protocol, suite, before)
