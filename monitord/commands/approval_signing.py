"""The sheet of a protocol as a command makes it, and an approval on its way into the suite file.

What a protocol said when it was last approved, the journal knows: it keeps every document that was in force.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import escape
from pathlib import Path

from monitord.config import Approval, read_protocol
from monitord.config.files.yaml_file import read_file, read_text
from monitord.config.protocol.approval import as_text as lines
from monitord.config.protocol.approval import why_unapproved
from monitord.config.sheet.approval_sheet import SIGNATURE, Section, sections, text_of
from monitord.config.sheet.differences import differences
from monitord.config.sheet.suite_lines import with_approval
from monitord.config.suite.suite import Suite
from monitord.config.suite.suite_file import read_approvals, read_suite
from monitord.engine.protocol.protocol import SETTINGS, Protocol, document_digest, names_of
from monitord.engine.session.overlay import OverlayError
from monitord.errors import ConfigError, StoreError
from monitord.plugins import load_plugins
from monitord.record.pdf import write_pdf
from monitord.record.print_page import page

__all__ = ["as_pdf", "as_text", "asked", "last_approved", "lines", "paper", "voided", "write"]


def asked(words: str) -> tuple[str, tuple[str, ...]]:
    """Protocol and overlays of `NAME+OVERLAY`; a path is a protocol's alone."""
    if Path(words).exists():
        return words, ()
    name, *overlays = words.split("+")
    return name, tuple(overlays)


def last_approved(
    database: str | Path, name: str, approvals: Iterable[Approval]
) -> Protocol | None:
    """The protocol of this name under its newest approval that the journal holds; None without."""
    # The database is loaded where it is read, not by every refusal.
    from sqlalchemy import select

    from monitord.store.database import schema
    from monitord.store.database.database import Database

    names = names_of(name)
    mine = sorted((a for a in approvals if a.protocol in names), key=lambda a: a.date, reverse=True)
    opened = Database(database, read_only=True)
    try:
        with opened.read() as connection:
            texts = connection.scalars(select(schema.documents.c.text)).all()
    finally:
        opened.close()
    known = {
        signed: each for text in texts for signed, each in _protocols(text) if each.name in names
    }
    return next((known[a.digest] for a in mine if a.digest in known), None)


def _protocols(text: str) -> Iterator[tuple[str, Protocol]]:
    """Each protocol of a suite's document under the digest of what was written then."""
    try:
        settings = SETTINGS.validate_json(text)
    except ValueError:
        return  # written by a version whose protocols had another shape
    written = json.loads(text)
    yield document_digest(json.dumps(written["watch"])), settings.watch
    for name, protocol in settings.protocols.items():
        yield document_digest(json.dumps(written["protocols"][name])), protocol


def voided(suite: Suite) -> Iterator[str]:
    """Of each protocol whose approval no longer holds: what changed since, as far as the journal knows it."""
    for protocol in suite.every_protocol:
        if why_unapproved(protocol, suite.approvals) is None:
            continue
        before = None
        with suppress(StoreError):  # a suite that never ran has no journal
            before = last_approved(suite.database, protocol.name, suite.approvals)
        if before is not None:
            changed = "".join(f"\n  {each}" for each in differences(before, protocol))
            yield f"{protocol.name}: changed since it was approved:{changed}"


def paper(
    protocol: Protocol, overlays: tuple[str, ...], suite_file: Path | None, since: str | None
) -> list[Section]:
    """The sheet to sign: with a suite the rules that no device there supplies, and what changed since it was signed.

    With `overlays` the protocol under these alone; ConfigError where it has none of that name, or they
    contradict it.
    """
    if unknown := [each for each in overlays if each not in protocol.overlays]:
        known = ", ".join(protocol.overlays) or "none"
        raise ConfigError([f"{protocol.name} has no overlay {unknown[0]!r}; there are: {known}"])
    suite = None if suite_file is None else read_suite(suite_file, load_plugins())
    before = None if since is None else read_protocol(since)
    if suite is not None and before is None:
        with suppress(StoreError):  # a suite that never ran has no journal
            before = last_approved(suite.database, protocol.name, suite.approvals)
    try:
        return sections(protocol, suite, before, overlays=overlays or None)
    except OverlayError as error:
        raise ConfigError([f"{protocol.name}: {error}"]) from error


def as_text(sheet: list[Section]) -> str:
    """The sheet for a terminal."""
    return text_of(sheet)


def as_pdf(sheet: list[Section], file: Path) -> None:
    """The sheet on paper, each part on pages of its own; RecordingError where no browser prints it."""
    title, *_ = sheet
    parts = [each for section in sheet for each in _html(section)]
    write_pdf(page(title.title, [*parts, f"<p>{escape(SIGNATURE)}</p>"]), file)


def _html(section: Section) -> Iterable[str]:
    style = ' style="break-before: page"' if section.part else ""
    if section.title:
        yield f"<h2{style}>{escape(section.title)}</h2>"
    for line in section.lines:
        depth = (len(line) - len(line.lstrip())) / 2
        yield f'<div style="margin-left: {depth:g}em">{escape(line.strip()) or "&nbsp;"}</div>'


def write(made: Approval, suite_file: Path) -> str:
    """Puts the approval into the suite file and says so; nothing else of the file changes."""
    before = suite_file.read_text(encoding="utf-8") if suite_file.exists() else ""
    known = read_approvals(read_file(suite_file))
    if made in known:
        return f"{suite_file}: stands there already"
    text = with_approval(before, made, known)
    if read_approvals(read_text(text, str(suite_file))) != (made, *known):
        raise ConfigError([f"{suite_file}: the lines do not fit its text: put them there by hand"])
    unfinished = suite_file.with_name(f".{suite_file.name}.new")
    unfinished.write_text(text, encoding="utf-8")
    before_it = suite_file.stat()
    unfinished.chmod(before_it.st_mode)
    if os.geteuid() == 0:
        # The group is what lets the service's account read it.
        os.chown(unfinished, before_it.st_uid, before_it.st_gid)
    unfinished.replace(suite_file)
    return f"{suite_file}: {made.protocol} #{made.digest} approved by {made.by}"
