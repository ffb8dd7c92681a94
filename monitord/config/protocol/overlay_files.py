"""Overlay files: named by a protocol, read, and tried on it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitord.config.files.file_references import find, read_each
from monitord.config.files.reader import Reader, nearest
from monitord.config.files.yaml_file import Fault, read_file
from monitord.config.protocol.prompt_lint import mute_prompts, unknown_names
from monitord.engine.protocol.protocol import OVERLAY, Overlay, Protocol
from monitord.engine.session.overlay import OverlayError, always_overlaid, tighten
from monitord.errors import ConfigError

KEY = "overlays"
ALWAYS = "always"


def read_overlay(name: str, near: Path | None = None) -> Overlay:
    """The overlay of this name or file; ConfigError lists every fault."""
    path = find(name, KEY, near)
    reader = Reader(read_file(path))
    overlay = reader.read(OVERLAY, reader.document.value)
    if overlay is not None and any(not rule.levels for rule in overlay.rules.values()):
        reader.fault(("rules",), "every rule needs at least one level")
    reader.finish()
    if overlay is None:  # pragma: no cover - `finish` raised
        raise ConfigError([f"{path}: not an overlay"])
    return overlay


def read_overlays(reader: Reader, value: Any, near: Path | None) -> tuple[Any, dict[str, Overlay]]:
    """What a protocol's document says without the overlays that it names, and those."""
    return read_each(reader, value, KEY, lambda name: read_overlay(name, near))


def under_its_own(reader: Reader, protocol: Protocol) -> Protocol:
    """The protocol under the overlays that it is never without; faults are noted at their names."""
    known = [name for name in protocol.always if name in protocol.overlays]
    for i, name in enumerate(protocol.always):
        if name not in known:
            hint = nearest(name, protocol.overlays)
            reader.fault((ALWAYS, i), f"the protocol has no overlay {name!r}{hint}")
    try:
        return always_overlaid(replace(protocol, always=tuple(known)))
    except OverlayError as error:
        reader.fault((ALWAYS,), f"cannot be laid over this protocol: {error}")
        return replace(protocol, always=())


def contradicting(protocol: Protocol) -> Iterator[Fault]:
    """Overlays that are not stricter than the protocol in everything that they touch."""
    for i, (name, overlay) in enumerate(protocol.overlays.items()):
        if name in protocol.always:
            continue
        try:
            made = tighten(protocol, name, overlay)
        except OverlayError as error:
            yield (KEY, i), f"{name!r} cannot be laid over this protocol: {error}"
            continue
        faults = (
            *mute_prompts(replace(made, prompts=overlay.prompts)),
            *unknown_names(made, overlay.confidential),
        )
        for loc, sentence in faults:
            yield (KEY, i), f"{name!r}, {'.'.join(map(str, loc))}: {sentence}"
