"""`audit-heads.txt` in a folder of backups: the head of the audit chain as of each one, for the next to be verified with.

A line is `TIME IDENTITY NUMBER:HASH`; the identity says of which journal. Lines are only added.
"""

import os
from contextlib import suppress
from pathlib import Path

from monitord.model import Instant, from_iso, iso
from monitord.store.chain_verification import KnownHead
from monitord.store.journal.chain import ChainHead, head_from_text

FILE = "audit-heads.txt"


def kept_heads(folder: Path, identity: int) -> list[KnownHead]:
    """Those of one journal, oldest first; a line that was cut short is passed over."""
    try:
        lines = (folder / FILE).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError):
            at, of, head = line.split()
            if int(of) == identity:
                found.append(KnownHead(head=head_from_text(head), at=from_iso(at)))
    return found


def add_head(folder: Path, identity: int, head: ChainHead, at: Instant) -> None:
    """OSError where that cannot be."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    file = os.open(folder / FILE, flags, 0o600)
    with os.fdopen(file, "wb") as target:
        target.write(f"{iso(at)} {identity} {head}\n".encode())
        target.flush()
        os.fsync(target.fileno())
