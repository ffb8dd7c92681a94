"""Recording live: the very bytes of every line, packed, in files that `monitord replay` reads.

Alarming never waits for it. Devices put rows into a bounded memory and go on; one thread packs and
writes them every two seconds. Where the disk is slower than the devices, or full, the newest rows are
left out, counted and logged: a capture may have gaps, an alarm may not.
"""

import asyncio
import gzip
import json
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from monitord.config.suite.suite import Device
from monitord.daemon.sequencing.clock import LiveClock
from monitord.driver import Tap
from monitord.model import Frame, Instant, Wave, iso
from monitord.store.journal.codec import body_json

FLUSH_S: Final = 2.0
"""How much of a recording a crash loses."""
ROWS_AT_MOST: Final = 60_000
"""Rows that wait in memory: at 12 beds of 2 devices with a few reads a second, minutes; some 10 MB."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderRow:
    """One read from a port (`data`), or what a device without a line said (`item`)."""

    bed: str
    device: str
    family: str
    at: Instant
    data: bytes = b""
    item: Frame | Wave | None = None
    sent: bool = False

    def text(self) -> str:
        """A line of a capture."""
        head = {"at": iso(self.at), "device": self.device}
        if self.item is None:
            row = head | {"family": self.family, "hex": self.data.hex()}
            return json.dumps(row | ({"dir": "out"} if self.sent else {}))
        if isinstance(self.item, Frame):
            return f'{json.dumps(head)[:-1]}, "frame": {body_json(self.item)}}}'
        wave = {"name": self.item.name, "rate_hz": self.item.rate_hz, "values": self.item.values}
        return json.dumps(head | {"wave": wave})


@dataclass(slots=True)
class _Open:
    """The file that a bed's rows go to at present."""

    path: Path
    size: int = 0


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Records the devices of a suite into `folder`, `each` file about so many bytes, `keep` together.

    `lost` counts rows that were left out, `failing` says since why.
    """

    folder: Path
    keep: int
    each: int
    clock: LiveClock
    lost: int = 0
    failing: str = ""
    _rows: deque[RecorderRow] = field(default_factory=deque)
    _heads: dict[str, dict[str, Any]] = field(default_factory=dict)
    _files: dict[str, _Open] = field(default_factory=dict)

    def tap(self, bed: str, device: Device) -> Tap | None:
        """Takes the bytes of a device's line; None for one without a line of bytes."""
        family = getattr(device.driver, "family", None)
        head = self._heads.setdefault(bed, {"capture": 1, "simulated": False, "options": {}})
        head["simulated"] = head["simulated"] or device.simulated
        # The file that is open has a header without this device.
        self._files.pop(bed, None)
        if family is None or not hasattr(family, "wire"):
            return None
        fields = set(family.options.model_fields)
        options = device.config.model_dump(mode="json", include=fields, exclude_defaults=True)
        head["options"][device.name] = options
        name = device.driver.name

        def take(data: bytes, at: Instant, *, sent: bool = False) -> None:
            self._put(
                RecorderRow(bed=bed, device=device.name, family=name, at=at, data=data, sent=sent)
            )

        return take

    def said(self, bed: str, device: str, item: object, at: Instant) -> None:
        """What a device without a line said; faults follow from silence, and are not recorded."""
        if isinstance(item, Frame | Wave):
            self._put(RecorderRow(bed=bed, device=device, family="", at=at, item=item))

    def _put(self, row: RecorderRow) -> None:
        if len(self._rows) < ROWS_AT_MOST:
            self._rows.append(row)
            return
        if not self.lost:
            _log.warning("recording_behind", detail="the disk is slower than the devices")
        self.lost += 1

    async def run(self) -> None:
        """Until cancelled; then what waits is written once more."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recording")
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                await loop.run_in_executor(thread, self._write)
        finally:
            thread.submit(self._write)
            # A disk that hangs must not hold up the journal's own end.
            thread.shutdown(wait=False)

    # In the thread.

    def _write(self) -> None:
        """Everything that waits, by bed; what cannot be written is lost and counted."""
        rows: dict[str, list[RecorderRow]] = {}
        for _ in range(len(self._rows)):
            row = self._rows.popleft()
            rows.setdefault(row.bed, []).append(row)
        for bed, some in rows.items():
            try:
                self._append(bed, some)
            except Exception as error:  # noqa: BLE001 - whatever it is, alarming goes on
                self.lost += len(some)
                self._files.pop(bed, None)
                if not self.failing:
                    _log.error("recording_failed", folder=str(self.folder), detail=str(error))
                self.failing = str(error)
            else:
                if self.failing:
                    _log.info("recording_again", lost=self.lost)
                self.failing = ""

    def _append(self, bed: str, rows: list[RecorderRow]) -> None:
        """One gzip member a time: whatever was written before a crash can be read."""
        known = self._files.get(bed)
        if known is None or known.size >= self.each:
            self._make_room()
            known = self._files[bed] = _Open(self._new(bed, rows[0].at))
        texts = [row.text() for row in rows]
        if not known.size:
            texts.insert(0, json.dumps(self._heads[bed]))
        packed = gzip.compress("".join(f"{text}\n" for text in texts).encode(), compresslevel=6)
        try:
            with known.path.open("ab") as file:
                file.write(packed)
        except OSError:
            # Half a member would hide all that comes after it.
            os.truncate(known.path, known.size)
            raise
        known.size += len(packed)

    def _new(self, bed: str, at: Instant) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = iso(at).replace("-", "").replace(":", "").replace(".", "")
        return self.folder / f"{bed}-{stamp}.capture.gz"

    def _make_room(self) -> None:
        """Removes the oldest files until another one fits into what may be kept."""
        if not self.folder.is_dir():
            return
        files = sorted(self.folder.glob("*.capture.gz"), key=lambda p: p.stat().st_mtime)
        sizes = {path: path.stat().st_size for path in files}
        room = self.keep - self.each
        used = sum(sizes.values())
        being_written = {each.path for each in self._files.values()}
        for path in files:
            if used <= room:
                return
            if path not in being_written:
                path.unlink()
                used -= sizes[path]
