"""Names in a timeline that nothing answers to: rules, devices, and whom an alarm is told."""

from collections.abc import Collection, Iterable

from monitord.config.files.reader import Reader, nearest
from monitord.config.files.yaml_file import Loc
from monitord.engine.alarms.fault_keys import fault_of
from monitord.engine.protocol.own_rules import own_rules
from monitord.engine.protocol.protocol import Protocol
from monitord.model import Cause
from monitord.model.expected_telling import ANY
from monitord.model.timeline import BedTimeline, Expect

_OF_ONE_DEVICE = frozenset({Cause.LINK, Cause.IDENTITY, Cause.DEVICE, Cause.BATTERY})
"""Faults whose subject is a device's name; of the others it is a signal, a file, a destination."""


def check_bed(reader: Reader, loc: Loc, bed: BedTimeline, protocols: Iterable[Protocol]) -> None:
    """Notes what a bed's tracks name and is not there: rules of none of the protocols, devices of no track."""
    rules = rules_of(protocols)
    devices = devices_of(bed)
    check_expected(reader, (*loc, "expect"), bed.expect, rules, devices)
    for name in dict.fromkeys(each.device for each in bed.faults):
        # One that repeats stands here often, so that its place in the file is not known.
        if name is not None and name not in devices:
            reader.fault((*loc, "faults"), f"no device is called {name!r}{nearest(name, devices)}")
    for number, step in enumerate(bed.staff):
        for key in ("alarm", "rule"):
            if (name := step.what.get(key)) is not None:
                _rule(reader, (*loc, "staff", number), str(name), rules, devices)


def check_expected(
    reader: Reader,
    loc: Loc,
    expected: Iterable[Expect],
    rules: Collection[str],
    devices: Collection[str],
) -> None:
    """Notes each expectation of an alarm that cannot be: it would never come, and its absence always passes."""
    for number, expect in enumerate(expected):
        _rule(reader, (*loc, number), expect.rule, rules, devices)


def devices_of(bed: BedTimeline) -> set[str]:
    """The names of a bed's devices, and of the sources of its series."""
    return {*bed.devices, *(block.source for block in bed.series)}


def rules_of(protocols: Iterable[Protocol]) -> set[str]:
    """What an expectation may name: rules of a protocol, those that monitord adds, and `any`."""
    found = {ANY}
    for protocol in protocols:
        found |= {*protocol.rules, *own_rules(protocol)}
        found |= {name for overlay in protocol.overlays.values() for name in overlay.rules}
    return found


def _rule(
    reader: Reader, loc: Loc, name: str, rules: Collection[str], devices: Collection[str]
) -> None:
    if name in rules:
        return
    fault = fault_of(name)
    if fault is None:
        hint = nearest(name, rules)
        # All the names would be too many.
        hint = hint if hint.startswith("; did you mean") else ""
        reader.fault(loc, f"no alarm is called {name!r}{hint}")
    elif fault[0] in _OF_ONE_DEVICE and fault[1] not in devices:
        reader.fault(loc, f"no device is called {fault[1]!r}{nearest(fault[1], devices)}")
