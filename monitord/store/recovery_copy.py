"""The recovery copy: what a journal needs to go on where another one ended, kept as one small file beside it.

The copy is one file, 0600, replaced as a whole: open sessions with the state of each bed's engine,
accounts, and the numbers that were given. Its first line is the SHA-256 of the rest.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from monitord.model import EPOCH, Instant
from monitord.store.accounts import Everybody
from monitord.store.journal.chain import ChainHead
from monitord.store.sessions import StoredSession
from monitord.store.snapshots import Snapshot

FILE = "going-on.json"
_LONG_PIECE = 10_000
_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCopy:
    """As of event `seq`, effect `effect` and the instant `at` of the journal called `identity`.

    `place` is the database of the suite file. `exact` says that `states` are those after event `seq` and
    none later, which the journal did not hold yet. `restored_at` is the journal's own.
    """

    at: Instant = EPOCH
    place: str = ""
    identity: int = 0
    seq: int = 0
    effect: int = 0
    exact: bool = True
    sessions: tuple[StoredSession, ...] = ()
    heads: tuple[ChainHead, ...] = ()
    states: tuple[Snapshot, ...] = ()
    people: Everybody = field(default_factory=Everybody)

    @property
    def open_sessions(self) -> tuple[str, ...]:
        """The ids of the visits that go on."""
        return tuple(each.session for each in self.sessions if each.open)


_RECOVERY_COPY = TypeAdapter(RecoveryCopy)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInPieces:
    """A bed's state after `n` effects, as text in pieces: of a thousand beds most of it is the same objects."""

    bed: str | None
    n: int
    code_version: str
    pieces: Sequence[str]


def write_copy(
    folder: Path, carried: RecoveryCopy, states: Iterable[StateInPieces] | None = None
) -> None:
    """Replaces the copy in the folder; OSError where that cannot be, and then the old one stays.

    `states`, where they are given, stand for those of `carried`; they are asked for and written one by one, as all
    of them together may be 60 MB.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as target:
        if states is None:
            states = map(_in_pieces, carried.states)
        digest = sha256()
        target.write(digest.hexdigest().encode() + b"\n")
        for part in _parts(carried, states):
            digest.update(part)
            target.write(part)
        target.seek(0)
        target.write(digest.hexdigest().encode())
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(folder / FILE)


def _in_pieces(state: Snapshot) -> StateInPieces:
    return StateInPieces(
        bed=state.bed, n=state.n, code_version=state.code_version, pieces=(state.text,)
    )


def _parts(carried: RecoveryCopy, states: Iterable[StateInPieces]) -> Iterator[bytes]:
    """The JSON of the copy, bed by bed."""
    yield _RECOVERY_COPY.dump_json(carried, exclude={"states"})[:-1] + b',"states":['
    again: dict[str, bytes] = {}
    for number, state in enumerate(states):
        head = {
            "bed": state.bed,
            "seq": carried.seq,
            "n": state.n,
            "code_version": state.code_version,
        }
        text = b"".join(_escaped(piece, again) for piece in state.pieces)
        yield (b"," if number else b"") + to_json(head)[:-1] + b',"text":"' + text + b'"}'
    yield b"]}"


def _escaped(piece: str, again: dict[str, bytes]) -> bytes:
    """As it stands in a string of JSON; what was long before is the same again."""
    if len(piece) < _LONG_PIECE:
        return to_json(piece)[1:-1]
    if piece not in again:
        if len(again) >= _KEPT:
            again.clear()
        again[piece] = to_json(piece)[1:-1]
    return again[piece]


def newest_copy(folders: Iterable[Path], place: str) -> RecoveryCopy | None:
    """The latest whole copy of the journal of this place; None where there is none."""
    found = [each for folder in folders if (each := _read(folder / FILE)) and each.place == place]
    return max(found, key=lambda each: each.at, default=None)


def _read(file: Path) -> RecoveryCopy | None:
    try:
        mark, _, text = file.read_bytes().partition(b"\n")
        if mark.decode("ascii", "replace") != sha256(text).hexdigest():
            return None
        return _RECOVERY_COPY.validate_json(text)
    except (OSError, ValidationError):
        return None
