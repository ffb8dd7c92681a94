"""Decodes a long capture of a fixed-width format at once: the same words as its wire, much faster. Pure.

Frames are found for the whole capture by numpy; each distinct frame is decoded once, by the wire's
own function. Every word comes with its place: the index of the byte that completed it, from which
the format's rate gives a time.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devices import berry, contec5
from devices.nonin_pleth import GREEN, PACKET, RATE_HZ, RED, SHOWN, SIZE, SYNC, shown_by
from devices.nonin_slow import NO_SPO2, decode_short
from devices.pleth import Beat
from devices.readings import Faults, Oximetry
from devices.wire import Said
from monitord.model import Wave

Placed = tuple[int, Said]

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]
Begun = NDArray[np.bool_]


def decode_df2(data: bytes) -> list[Placed]:
    """Nonin format 2, one packet of pleth and one reading a second."""
    frames, places = _frames(data, 5, _df2)
    return _packets(places + 4, frames[:, 1], frames[:, 2].astype(np.int64), frames[:, 3])


def decode_df7(data: bytes) -> list[Placed]:
    """Nonin format 7: as format 2 with a pleth of 16 bits."""
    frames, places = _frames(data, 5, _df7)
    points = frames[:, 1].astype(np.int64) << 8 | frames[:, 2]
    return _packets(places + 4, frames[:, 0], points, frames[:, 3])


def decode_df8(data: bytes) -> list[Placed]:
    """Nonin format 8."""
    frames, places = _frames(data, 4, _df8)
    shown, kinds = _distinct(frames, decode_short)
    return _merge(_readings(places + 3, shown, kinds, every=1, perfusion=False), [])


def decode_contec5(data: bytes) -> list[Placed]:
    """Contec's 5-byte protocol."""
    frames, places = _frames(data, 5, _leading)
    return _beats(places + 4, frames, contec5.decode, contec5.RATE_HZ, contec5.MASK)


def decode_bci(data: bytes) -> list[Placed]:
    """The BCI dialect of Berry boards; version replies are left out."""
    frames, places = _frames(data, 5, _leading)
    told = frames[:, 0] < berry.VERSION_REPLY
    if not told.all():
        frames, places = frames[told], places[told]
    return _beats(places + 4, frames, berry.decode_bci, berry.RATE_HZ, berry.BCI_MASK)


Columns = Callable[[list[Bytes]], Begun]
"""Whether a frame begins at each index, from the capture shifted by 0, 1, 2 ... bytes."""


def _leading(columns: list[Bytes]) -> Begun:
    first, *others = columns
    rest = others[0] | others[1]
    for column in others[2:]:
        rest = rest | column
    begun: Begun = (first >= 0x80) & (rest < 0x80)
    return begun


def _df8(columns: list[Bytes]) -> Begun:
    begun: Begun = _leading(columns) & ((columns[2] <= 100) | (columns[2] == NO_SPO2))
    return begun


def _checked(columns: list[Bytes]) -> Begun:
    total = columns[0] + columns[1] + columns[2] + columns[3]  # of bytes: modulo 256
    begun: Begun = total == columns[4]
    return begun


def _df2(columns: list[Bytes]) -> Begun:
    begun: Begun = (columns[0] == 1) & (columns[1] >= 0x80) & _checked(columns)
    return begun


def _df7(columns: list[Bytes]) -> Begun:
    begun: Begun = (columns[0] >= 0x80) & _checked(columns)
    return begun


def _frames(data: bytes, size: int, begins: Columns) -> tuple[Bytes, Places]:
    """The frames that a wire would cut, a row each, and where each begins."""
    capture = np.frombuffer(data, dtype=np.uint8)
    count = len(capture) - size + 1
    if count <= 0:
        return np.empty((0, size), np.uint8), np.empty(0, np.intp)
    columns = [capture[shift : shift + count] for shift in range(size)]
    begun = begins(columns)
    if begun[0] and begun[::size].all():
        whole = len(begun[::size])
        return capture[: whole * size].reshape(whole, size), np.arange(0, whole * size, size)
    candidates = np.flatnonzero(begun)
    runs: list[Places] = []
    at = 0
    while (nearest := int(np.searchsorted(candidates, at))) < len(candidates):
        start = int(candidates[nearest])
        aligned = begun[start::size]
        length = _first_false(aligned)
        runs.append(np.arange(start, start + length * size, size, dtype=np.intp))
        at = start + length * size
    places = np.concatenate(runs) if runs else np.empty(0, np.intp)
    return capture[places[:, None] + np.arange(size)], places


_STEP: Final = 4096


def _first_false(flags: Begun) -> int:
    """Looked for piece by piece, so that a capture with many faults is not read many times."""
    for start in range(0, len(flags), _STEP):
        piece = flags[start : start + _STEP]
        if not piece.all():
            return start + int(piece.argmin())
    return len(flags)


def _distinct(rows: Bytes, decode: Callable[[bytes], Oximetry]) -> tuple[list[Oximetry], Places]:
    """The reading of each distinct row, and for every row which one it is."""
    if not len(rows):
        return [], np.empty(0, np.intp)
    padded = np.zeros((len(rows), 8), np.uint8)
    padded[:, : rows.shape[1]] = rows
    packed = padded.view(np.uint64).ravel()
    # Most rows are like the one before, so few have to be sorted.
    begins = np.flatnonzero(np.concatenate(([True], packed[1:] != packed[:-1])))
    _, first, kinds = np.unique(packed[begins], return_index=True, return_inverse=True)
    lengths = np.diff(np.append(begins, len(rows)))
    return [decode(rows[index].tobytes()) for index in begins[first]], np.repeat(kinds, lengths)


def _readings(
    places: Places, shown: list[Oximetry], kinds: Places, *, every: int, perfusion: bool
) -> list[Placed]:
    """What `Pace` and `Faults` let through: each change, and every so many that are alike."""
    if not len(places):
        return []
    states: dict[tuple[object, ...], int] = {}
    state_of = np.array(
        [states.setdefault((one.spo2, one.quality, one.low_battery), len(states)) for one in shown]
    )
    state = state_of[kinds]
    index = np.arange(len(state))
    changed = np.concatenate(([True], state[1:] != state[:-1]))
    since = index - np.maximum.accumulate(np.where(changed, index, 0))
    faults = Faults()
    frames = [one.frame(perfusion=perfusion) for one in shown]
    said: list[Placed] = []
    for due in np.flatnonzero(since % every == 0):
        place, kind = int(places[due]), int(kinds[due])
        said.append((place, frames[kind]))
        if (low := shown[kind].low_battery) is not None:
            said.extend((place, fault) for fault in faults.battery(low=low))
    return said


def _beats(
    places: Places,
    frames: Bytes,
    decode: Callable[[bytes], Beat | None],
    rate_hz: int,
    mask: bytes,
) -> list[Placed]:
    """What a PlethWire says: readings once a second or on change, pleth by half seconds."""

    def oximetry(row: bytes) -> Oximetry:
        beat = decode(row)
        return beat.oximetry if beat else Oximetry()

    shown, kinds = _distinct(frames & np.frombuffer(mask, np.uint8), oximetry)
    readings = _readings(places, shown, kinds, every=rate_hz, perfusion=False)
    size = -(-rate_hz // 2)
    return _merge(readings, _blocks(places, frames[:, 1], size, rate_hz))


def _blocks(places: Places, points: NDArray[np.generic], size: int, rate_hz: int) -> list[Placed]:
    whole = len(points) // size
    blocks = points[: whole * size].reshape(whole, size).tolist()
    ends = places[size - 1 :: size].tolist()
    return [
        (end, Wave(name="pleth", rate_hz=float(rate_hz), values=tuple(block)))
        for end, block in zip(ends, blocks, strict=True)
    ]


def _merge(readings: list[Placed], waves: list[Placed]) -> list[Placed]:
    """By place; of one place the reading comes first."""
    return sorted(readings + waves, key=lambda placed: placed[0])


def _packets(ends: Places, states: Bytes, points: NDArray[np.int64], floats: Bytes) -> list[Placed]:
    """What a PacketWire says of frames: packets that begin with SYNC and hold 25 frames."""
    begins = np.flatnonzero(states & SYNC)
    lengths = np.diff(np.append(begins, len(states)))
    rows = begins[lengths >= PACKET][:, None] + np.arange(PACKET)
    # Without a hole between its frames.
    rows = rows[ends[rows[:, -1]] - ends[rows[:, 0]] == (PACKET - 1) * SIZE]
    if not len(rows):
        return []
    bits = np.bitwise_or.reduce(states[rows], axis=1)
    told = np.where(bits & (RED | GREEN), np.arange(1, len(bits) + 1), 0)
    last = np.maximum.accumulate(told)
    poor = (last > 0) & ((bits[last - 1] & (RED | GREEN)) == RED)
    key = np.column_stack((bits, poor, floats[rows[:, SHOWN]]))

    def oximetry(row: bytes) -> Oximetry:
        return shown_by(row[0], tuple(row[2:6]), bool(row[1]))[0]

    shown, kinds = _distinct(key.astype(np.uint8), oximetry)
    places = ends[rows[:, -1]]
    readings = _readings(places, shown, kinds, every=RATE_HZ // PACKET, perfusion=False)
    waves = _blocks(np.repeat(places, PACKET), points[rows].ravel(), PACKET, RATE_HZ)
    # A packet's pleth comes before what it shows.
    return sorted(waves + readings, key=lambda placed: placed[0])
