"""Backup, restore and retention of a journal with ended sessions, killed at random times; what must be there afterwards."""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from monitord.store.chain_verification import verify
from monitord.store.journal.journal import Journal
from monitord.store.sqlite_backup import backup
from monitord.store.sqlite_restore import restore
from tests.killed import killed_after
from tests.peers import GENEROUS_S
from tests.store.builders import admit, at, configured, deadline, discharge, frame, line, notify

SESSIONS = 24
READINGS = 40
SINCE = at(10_000)


def filled(path: Path, sessions: int = SESSIONS) -> None:
    """Ended sessions, each with readings, an alarm and a message; the settings of today behind them."""
    with Journal.open(path) as journal:
        for number in range(sessions):
            name, begin = f"s{number}", 100.0 * number
            told = line(begin + 50, f"{name}/spo2_low/1", session=name)
            journal.append([configured(begin, "a"), admit(begin + 1, name)])
            journal.append([frame(begin + 2 + second) for second in range(READINGS)])
            journal.append(
                [deadline(begin + 50, told, notify(f"k{number}", told), n=2 + 4 * number)]
            )
            journal.append([discharge(begin + 60, name)])
            journal.append([frame(begin + 70)])
        journal.append([configured(100 * sessions, "b")])


def sessions(path: Path) -> list[str]:
    """Of a whole journal: its chain has no fault, and every session all of its rows."""
    with Journal.open(path) as journal:
        assert verify(journal.database).faults == ()
        found = [each.session for each in journal.sessions()]
        for name in found:
            assert len(list(journal.events(session=name))) == READINGS + 2
            assert len(list(journal.effects(session=name))) == 4
    return found


@dataclass
class Kills:
    """How often each was killed before its end, of how many times."""

    folder: Path
    dice: random.Random
    died: dict[str, int] = field(default_factory=dict)

    def backups(self, times: int) -> None:
        """The copy is whole or not there, and what is left of one holds up no other."""
        path = self.folder / "journal.db"
        filled(path)
        copies = (self.folder / f"copy{number}.db" for number in range(times + 1))
        self._each("backup", times, lambda copy: partial(backup, path, copy), copies)
        for copy in self.folder.glob("copy*.db"):
            assert len(sessions(copy)) == SESSIONS
        assert len(sessions(path)) == SESSIONS

    def restores(self, times: int) -> None:
        """The one journal or the other is in its place, whole; the one that was there is never lost."""
        source, path = self.folder / "source.db", self.folder / "restored.db"
        filled(self.folder / "other.db", 6)
        backup(self.folder / "other.db", source)
        filled(path)
        kept = self.folder / "kept.db"
        shutil.copy(path, kept)

        def one(_: Path) -> Callable[[], object]:
            for left in self.folder.glob("restored.db*"):
                left.unlink()
            shutil.copy(kept, path)
            return partial(restore, source, path, at=at(9), replace=True)

        def after() -> None:
            found = len(sessions(path))
            assert found in {6, SESSIONS}
            replaced = self.folder / "restored.db.replaced"
            assert found == SESSIONS or len(sessions(replaced)) == SESSIONS

        self._each("restore", times, one, iter([path] * (times + 1)), after)

    def retentions(self, times: int) -> None:
        """Each session is there whole, or gone; the next one goes on."""
        path, whole = self.folder / "old.db", self.folder / "whole.db"
        filled(whole)

        def one(_: Path) -> Callable[[], object]:
            for left in self.folder.glob("old.db*"):
                left.unlink()
            shutil.copy(whole, path)
            return partial(retained, path)

        def after() -> None:
            before = sessions(path)
            retained(path)
            assert sessions(path) == []
            assert len(before) <= SESSIONS

        self._each("retention", times, one, iter([path] * (times + 1)), after)

    def _each(
        self,
        what: str,
        times: int,
        work: Callable[[Path], Callable[[], object]],
        places: Iterator[Path],
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """Once whole, so that it is known how long it takes; then killed within that time."""
        whole = work(next(places))
        began = time.monotonic()
        assert not killed_after(GENEROUS_S, whole)
        longest = time.monotonic() - began
        after()
        died = 0
        for _ in range(times):
            died += killed_after(self.dice.uniform(0, longest), work(next(places)))
            after()
        self.died[what] = died


def retained(path: Path) -> None:
    with Journal.open(path) as journal:
        journal.retain(SINCE)
