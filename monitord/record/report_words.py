"""The report's own words, by key, in the language in which it is read. Pure."""

from monitord.model import Sentence, in_words, say
from monitord.model.sentences.sentence import Said
from monitord.record.record import Record


def said(record: Record, key: str, **values: str | float) -> str:
    """The words of `report.KEY`."""
    return in_words(say(f"report.{key}", **values), record.language)


def row(record: Record, **cells: str) -> dict[str, str]:
    """A row of a table, its columns by their names; `_` is a column without one."""
    return {
        "" if name == "_" else said(record, f"column.{name}"): text for name, text in cells.items()
    }


def again(record: Record, sentences: Sentence | Said, text: str) -> str:
    """What was told, in the language of the report; `text`, as it was told, where it is not known by its keys."""
    return in_words(sentences, record.language) if sentences else text
