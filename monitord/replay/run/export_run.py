"""What `monitord export --format json` wrote, replayed: under the session's own protocol, or another.

Under its own it gives the very lines that were recorded.
"""

from pathlib import Path

from monitord import __version__
from monitord.config import identity
from monitord.engine.protocol.protocol import Protocol
from monitord.model import from_iso
from monitord.replay.recordings.export_file import read_export_file
from monitord.replay.run.journal_run import NOTE, Beat, Window, folds, hours
from monitord.replay.run.result import Result
from monitord.store.line_json import SCHEMA


def replay_export(
    place: str, protocol: Protocol | None = None, *, window: Window, beat: Beat
) -> Result:
    """The session's lines; with `protocol` it replaces the session's own."""
    path, export = Path(place), read_export_file(place)
    opened, last = from_iso(export.header["from"]), from_iso(export.header["to"])
    end = min(last, window.end or last)
    session = str(export.header["session"])
    beds = list(dict.fromkeys(event.bed for _, event in export.events))
    lines = folds(export.of, beds, end, protocol, beat)
    header = {
        "schema": SCHEMA,
        "replay": True,
        "note": NOTE,
        "version": __version__,
        "protocol": None if protocol is None else identity(protocol),
        "recording": path.name,
        "beds": beds,
        "sessions": [session],
        "simulated": export.header.get("simulated"),
        "from": export.header["from"],
        "to": export.header["to"],
        "hours": round(hours(opened, last, end), 6),
    }
    mine = (line for line in lines if line.session == session and window.holds(line.at))
    return Result(header=header, lines=mine)
