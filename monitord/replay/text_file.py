"""Small files of text beside recordings: results, events, verdicts."""

from pathlib import Path

from monitord.errors import RecordingError


def read_text(path: Path) -> str:
    """The whole text without its byte order mark; RecordingError says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path}: not UTF-8 text") from error
