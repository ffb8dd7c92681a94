"""The report of a shadow over a suite's journal, once or for as long as it is watched."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from monitord.commands.promotion import write_report
from monitord.config import read_protocol, read_suite
from monitord.errors import ConfigError
from monitord.plugins import load_plugins
from monitord.replay.compare.diff import Difference, tally
from monitord.replay.compare.shadow_run import Shadow
from monitord.replay.replay_console import tell
from monitord.store.journal.journal import Journal

EVERY_S: Final = 5.0


def report(
    config: Path, protocol: str | None, *, follow: bool, as_json: bool, out: Path | None = None
) -> None:
    """Prints each difference once, and writes all of them to `out`; ConfigError where no candidate is
    named.
    """
    suite = read_suite(config, load_plugins())
    near = config.parent
    candidates = {name: read_protocol(file, near) for name, file in suite.shadow.items()}
    if protocol is not None:
        given = read_protocol(protocol)
        candidates = {given.name: given}
    if not candidates:
        raise ConfigError([f"{config}: no candidate: add shadow: to the file, or -p PROTOCOL"])
    if strange := candidates.keys() - suite.protocols.keys():
        raise ConfigError([f"the suite has no protocol {name!r}" for name in sorted(strange)])
    shadow = Shadow(candidates=candidates)
    shown = watch(shadow, suite.database, as_json=as_json)

    def look() -> None:
        found = shown()
        if out is not None:
            with Journal.open(suite.database, read_only=True) as journal:
                write_report(out, shadow, suite.protocols, found, journal.head)

    with suppress(KeyboardInterrupt):
        look()
        while follow:
            time.sleep(EVERY_S)
            look()


def watch(shadow: Shadow, database: str, *, as_json: bool) -> Callable[[], list[Difference]]:
    """A call takes what is new in the journal and prints the differences that were not yet told."""
    known: set[str] = set()

    def look() -> list[Difference]:
        with Journal.open(database, read_only=True) as journal:
            shadow.take(journal)
        found = shadow.differences()
        for each in found:
            row = each.row()
            text = json.dumps(row)
            if text not in known:
                known.add(text)
                plain = f"{row['change']:15} {row['session']} {row['at']} {row['words']}"
                print(text if as_json else plain, flush=True)
        of = f"{len(shadow.sessions)} sessions"
        tell(
            f"{of}: {tally([each.change for each in found])}; nobody was told of a candidate's alarms"
        )
        if shadow.broken:
            tell(f"the candidate failed on beds {', '.join(sorted(shadow.broken))}")
        return found

    return look
