"""`monitord explain`: a bed at an instant, from the journal, also beside a running daemon."""

from pathlib import Path

from monitord.config.reader import nearest
from monitord.config.suite_file import read_suite
from monitord.daemon.clock import wall_time
from monitord.engine.explain import as_text
from monitord.errors import ConfigError
from monitord.model import Instant, from_iso
from monitord.plugins import load_plugins
from monitord.store.journal import Journal
from monitord.store.restore import engine_at


def explained(suite_file: Path, bed: str, at: str | None) -> str:
    """What `explain` says of the bed; without `at`, of the newest instant in the journal.

    ConfigError for an unknown bed or a time that is none, StoreError for a journal that can't be read.
    """
    suite = read_suite(suite_file, load_plugins())
    if bed not in suite.beds:
        raise ConfigError([f"no bed {bed!r}{nearest(bed, suite.beds)}"])
    asked = None if at is None else _instant(at)
    with Journal.open(suite.database, read_only=True) as journal:
        when = asked or journal.last_instant() or wall_time()
        return as_text(engine_at(journal, bed, when).state)


def _instant(text: str) -> Instant:
    try:
        return from_iso(text)
    except ValueError as error:
        fault = f"--at: {text!r} is no instant with its zone, such as 2026-01-05T10:00:00Z"
        raise ConfigError([fault]) from error
