"""Small files of text beside recordings: results, events, verdicts."""

from pathlib import Path

from monitord.errors import RecordingError


def wide_text(head: bytes) -> str | None:
    """The encoding of text in 16 bits without a byte order mark, by its zeros; None for any other bytes."""
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        zeros, others = head[first::2], head[1 - first :: 2]
        if len(zeros) > 8 and zeros.count(0) > 0.9 * len(zeros) and 0 not in others:
            return encoding
    return None


def read_text(path: Path) -> str:
    """The whole text without its byte order mark; RecordingError says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path}: not UTF-8 text") from error
