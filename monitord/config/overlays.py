"""Overlay files: named by a protocol, read, and tried on it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitord.config.prompts import mute_prompts
from monitord.config.reader import Reader, nearest
from monitord.config.shipped import shipped
from monitord.config.yaml_file import Loc, read_file
from monitord.engine.overlay import OverlayError, tighten
from monitord.engine.protocol import OVERLAY, Overlay, Protocol
from monitord.errors import ConfigError

KEY = "overlays"


def overlay_names() -> list[str]:
    """The overlays that come with monitord."""
    return sorted(path.stem for path in shipped(KEY).glob("*.yaml"))


def read_overlay(name: str) -> Overlay:
    """The overlay of this name or file; ConfigError lists every fault."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        path = Path(name)
    elif name in overlay_names():
        path = shipped(f"{KEY}/{name}.yaml")
    else:
        raise ConfigError([f"no overlay is called {name!r}{nearest(name, overlay_names())}"])
    reader = Reader(read_file(path))
    overlay = reader.read(OVERLAY, reader.document.value)
    if overlay is not None and any(not rule.levels for rule in overlay.rules.values()):
        reader.fault(("rules",), "every rule needs at least one level")
    reader.finish()
    if overlay is None:  # pragma: no cover - `finish` raised
        raise ConfigError([f"{path}: not an overlay"])
    return overlay


def read_overlays(reader: Reader, value: Any) -> tuple[Any, dict[str, Overlay]]:
    """What a protocol's document says without the overlays that it names, and those."""
    names = value.get(KEY) if isinstance(value, dict) else None
    if not isinstance(names, list):
        return value, {}
    found: dict[str, Overlay] = {}
    for i, name in enumerate(names):
        loc: Loc = (KEY, i)
        if not isinstance(name, str):
            reader.fault(loc, "must be the name of an overlay, or a file")
            continue
        try:
            overlay = read_overlay(name)
        except ConfigError as error:
            reader.fault(loc, "; ".join(error.faults))
            continue
        found[overlay.name] = overlay
    return {key: part for key, part in value.items() if key != KEY}, found


def contradicting(protocol: Protocol) -> Iterator[tuple[Loc, str]]:
    """Overlays that are not stricter than the protocol in everything that they touch."""
    for i, (name, overlay) in enumerate(protocol.overlays.items()):
        try:
            made = tighten(protocol, name, overlay)
        except OverlayError as error:
            yield (KEY, i), f"{name!r} cannot be laid over this protocol: {error}"
            continue
        for loc, sentence in mute_prompts(replace(made, prompts=overlay.prompts)):
            yield (KEY, i), f"{name!r}, {'.'.join(map(str, loc))}: {sentence}"
