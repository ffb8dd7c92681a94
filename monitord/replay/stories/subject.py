"""What a file of protocol tests is about: a protocol, or what overlays add to one.

`ketamine_iv_0_5_40+postpartum` is the protocol under its overlay; coverage and mutants are then of
the overlay's rules alone, since those of the protocol have tests of their own.
"""

from pathlib import Path

from monitord.config import read_protocol
from monitord.config.files.reader import nearest
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.session.overlay import OverlayError, overlaid
from monitord.errors import ConfigError


def read_subject(name: str, near: Path | None = None) -> Protocol:
    """The protocol of this name or file, under the overlays that follow a `+`; ConfigError lists faults."""
    if name.endswith((".yaml", ".yml")):
        return read_protocol(name, near=near)
    base, *overlays = name.split("+")
    protocol = read_protocol(base, near=near)
    for each in overlays:
        if each not in protocol.overlays:
            hint = nearest(each, protocol.overlays)
            raise ConfigError([f"{base} names no overlay {each!r}{hint}"])
    try:
        return overlaid(protocol, overlays)
    except OverlayError as error:
        raise ConfigError([f"{name}: {error}"]) from error


def rules_in_question(protocol: Protocol) -> frozenset[str]:
    """The names of the rules that its tests are to reach."""
    _, *overlays = protocol.name.split("+")
    if not overlays:
        return frozenset(protocol.rules)
    return frozenset(name for each in overlays for name in protocol.overlays[each].rules)
