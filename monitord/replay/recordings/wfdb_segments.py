"""WFDB records in segments, put together by the names of their channels.

Fixed layout or variable, with gaps (`~`) in either: the library takes the channels of a fixed layout by place, whatever
their names, and knows no gap there.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from monitord.errors import RecordingError
from monitord.replay.recordings.column_table import Values
from monitord.replay.recordings.units import unit

GAP: Final = "~"
_NO_GAIN: Final = re.compile(r"[+-]?0+(?:\.0*)?(?:[(/]|$)")
_ROOM: Final = 20_000_000
"""Values: 160 MB. A record of which most is a gap may have no more."""


def assembled(record: Path, header: Any, wfdb: Any) -> tuple[Any, list[Values]]:
    """What the record says of itself, and its channels in physical units, NaN in gaps.

    RecordingError where the segments do not go together.
    """
    lengths = [int(length or 0) for length in header.seg_len]
    parts: list[Any] = [
        None if name == GAP or not length else _segment(record, name, length, header, wfdb)
        for name, length in zip(header.seg_name, lengths, strict=True)
    ]
    units = _layout(record, header, lengths, wfdb)
    _one_name_each(units, [part for part in parts if part is not None])
    said: dict[str, str] = {}
    for part in parts:
        for name, told in zip(part.sig_name, part.units, strict=True) if part else ():
            if (unit(said.setdefault(name, told)) or said[name]) != (unit(told) or told):
                raise RecordingError(
                    f"{record}: channel {name!r} is in {said[name]!r} and in {told!r}, in different segments: read each "
                    "segment by itself, as a record of its own"
                )
    units |= said
    total = sum(lengths)
    real = sum(0 if part is None else part.p_signal.size for part in parts)
    if total * len(units) > max(_ROOM, 4 * real):
        raise RecordingError(f"{record}: of its {total} rows hardly any is more than a gap")
    unscaled = {
        part.sig_name[place]
        for part, name in zip(parts, header.seg_name, strict=True)
        for place in (unscaled_in(record.with_name(f"{name}.hea")) if part else ())
    }
    channels = {name: np.full(total, np.nan) for name in units}
    at = 0
    for part, length in zip(parts, lengths, strict=True):
        for place, name in enumerate(part.sig_name) if part else ():
            channels[name][at : at + length] = part.p_signal[:, place]
        at += length
    told = SimpleNamespace(
        fs=header.fs,
        base_date=header.base_date,
        base_time=header.base_time,
        sig_name=list(units),
        units=list(units.values()),
        samps_per_frame=None,
        e_d_signal=None,
        unscaled={at for at, name in enumerate(units) if name in unscaled},
        comments=[text for each in (header, *parts) if each for text in each.comments or ()],
    )
    return told, list(channels.values())


def unscaled_in(header: Path) -> set[int]:
    """The places of channels whose gain is written as 0: the library takes 200 units a count for those."""
    text = header.read_text(encoding="utf-8", errors="replace")
    lines = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"][1:]
    return {at for at, line in enumerate(lines) if len(line) > 2 and _NO_GAIN.match(line[2])}


def _segment(record: Path, name: str, length: int, header: Any, wfdb: Any) -> Any:
    part = wfdb.rdrecord(str(record.with_name(name)))
    if len(part.p_signal) != length or part.fs != header.fs:
        raise RecordingError(
            f"{record}: segment {name!r} has {len(part.p_signal)} rows at {part.fs:g} Hz, its record tells {length} at "
            f"{header.fs:g} Hz"
        )
    if len(set(part.sig_name)) < len(part.sig_name):
        raise RecordingError(f"{record}: segment {name!r} has two channels of one name")
    return part


def _same(name: str) -> str:
    return " ".join(name.casefold().split())


def _one_name_each(first: Iterable[str], parts: Sequence[Any]) -> None:
    """One channel has one name, whichever segment writes it in capitals; where no segment has both."""
    if any(len({_same(name) for name in part.sig_name}) < len(part.sig_name) for part in parts):
        return
    written = {_same(name): name for name in first}
    for part in parts:
        part.sig_name = [written.setdefault(_same(name), name) for name in part.sig_name]


def _layout(record: Path, header: Any, lengths: list[int], wfdb: Any) -> dict[str, str]:
    """Names and units of the channels in their order, of a record that says them first."""
    if lengths[0] or header.seg_name[0] == GAP:
        return {}
    layout = wfdb.rdheader(str(record.with_name(header.seg_name[0])))
    return dict(zip(layout.sig_name or (), layout.units or (), strict=False))
