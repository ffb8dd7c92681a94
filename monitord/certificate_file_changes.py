"""Notices that files were replaced: certificates are renewed while what they serve goes on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

LOOK_S: Final = 60.0
"""How soon a certificate that was put in place of the old one is used."""


async def renewals(files: Sequence[Path], every_s: float = LOOK_S) -> AsyncIterator[None]:
    """Comes once after each time that one of them was written, is gone or is there again; without end."""
    known = await asyncio.to_thread(_written, files)
    while True:
        await asyncio.sleep(every_s)
        found = await asyncio.to_thread(_written, files)
        if found != known:
            known = found
            yield


def _written(files: Sequence[Path]) -> tuple[int, ...]:
    """When each was; zero for one that is gone."""
    return tuple(_time(path) for path in files)


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
