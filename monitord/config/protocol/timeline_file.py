"""A timeline's document, whether scenario, protocol test or story: every fault with its line."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import Document, read_file
from monitord.errors import ConfigError
from monitord.model.timeline import Timeline


def read_timeline(document: Document) -> Timeline:
    """The timeline in a document; ConfigError lists every fault."""
    try:
        return Timeline.model_validate(document.value)
    except ValidationError as error:
        reader = Reader(document)
        reader.refused(TypeAdapter(Timeline), error, document.value)
        reader.finish()
        raise ConfigError([document.at((), str(error))]) from error  # pragma: no cover


def read_scenario(path: Path) -> Timeline:
    """The timeline in a file; ConfigError says what is wrong with it."""
    return read_timeline(read_file(path))
