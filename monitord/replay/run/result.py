"""What a replay gives: a header and alarm lines, as values and as JSON lines that read back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitord.errors import RecordingError
from monitord.model import AlarmLine, Priority, from_iso
from monitord.replay.recordings.text_file import read_text
from monitord.store.line_json import line_json

_LINE = TypeAdapter(AlarmLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One header line, then the alarm lines in time order."""

    header: dict[str, Any]
    lines: Iterator[AlarmLine]

    def texts(self) -> Iterator[str]:
        """The JSON lines, without newlines."""
        yield json.dumps(self.header, ensure_ascii=False)
        for line in self.lines:
            yield line_json(line, durable=True)


def is_result(path: Path) -> bool:
    """Whether a file is the output of a replay: JSON lines that begin with its header."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(100_000).startswith('{"schema": 1, "replay": true')
    except (OSError, UnicodeDecodeError):
        return False


def read_result(path: Path) -> Result:
    """A result as it was written; RecordingError names the first line that is none."""
    texts = read_text(path).splitlines()
    if not is_result(path):
        raise RecordingError(f"{path}: not the result of a replay: its header is missing")
    lines = []
    for number, text in enumerate(texts[1:], start=2):
        try:
            lines.append(_read_line(json.loads(text)))
        except (ValueError, KeyError, TypeError, ValidationError) as exc:
            raise RecordingError(f"{path}:{number}: not an alarm line: {exc}") from exc
    header: dict[str, Any] = json.loads(texts[0])
    return Result(header=header, lines=iter(lines))


def _read_line(found: dict[str, Any]) -> AlarmLine:
    """The inverse of `line_json`; keys added by a later version are ignored."""
    known = {name: found[name] for name in AlarmLine.__dataclass_fields__ if name in found}
    known |= {"at": from_iso(found["at"]), "since": from_iso(found["since"])}
    for name in ("worst_at", "value_at"):
        known[name] = from_iso(found[name]) if found.get(name) else None
    known["priority"] = Priority[str(found["priority"]).upper()]
    return _LINE.validate_python(known)
