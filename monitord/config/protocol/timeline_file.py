"""A timeline's document, whether scenario, protocol test or story: every fault with its line."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import Document, read_file
from monitord.config.protocol.protocols import read_protocol
from monitord.config.protocol.timeline_names import (
    check_bed,
    check_expected,
    devices_of,
    rules_of,
)
from monitord.engine.protocol.protocol import Protocol
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
    """The timeline in a file; ConfigError says what is wrong with it, also names that nothing answers to."""
    document = read_file(path)
    timeline = read_timeline(document)
    protocols = _named(timeline, path.parent)
    if protocols:
        reader = Reader(document)
        for name, bed in timeline.beds.items():
            loc = ("beds", name) if "beds" in document.value else ()
            check_bed(reader, loc, bed, protocols)
        devices = {device for bed in timeline.beds.values() for device in devices_of(bed)}
        rules = rules_of(protocols)
        check_expected(reader, ("expect",), timeline.expect, rules, devices)
        reader.finish()
    return timeline


def _named(timeline: Timeline, near: Path) -> list[Protocol]:
    """The protocols that a scenario is played under; none where one is the suite's own, which only a suite can find."""
    admits = (step.what for bed in timeline.beds.values() for step in bed.staff)
    names = [timeline.protocol, *(what.get("protocol") for what in admits)]
    try:
        return [
            read_protocol(str(name).partition("+")[0], near)
            for name in dict.fromkeys(names)
            if name is not None
        ] + [read_protocol("bed_without_session")]
    except ConfigError:
        return []
