"""States as text: what is written in pieces reads as the state that it was, and what stays the same is one object."""

from dataclasses import replace
from pathlib import Path

from monitord.engine.protocol.protocol import Settings
from monitord.engine.state import STATE, State
from monitord.model import Instant
from monitord.store.recovery_copy import RecoveryCopy, StateInPieces, newest_copy, write_copy
from monitord.store.snapshots import Snapshot
from monitord.store.state_texts import StateTexts
from tests.builders import infusing, settings


def states() -> list[tuple[str | None, State]]:
    """Beds of one suite, each with settings of its own, and the suite itself before it was configured."""
    found: list[tuple[str | None, State]] = []
    for bed in ("1", 'Ärger "2"\n'):
        own = replace(settings(), bed=bed)
        found.append((bed, infusing(own).engine.state))
    return [*found, (None, replace(found[0][1], settings=None, session_settings=None))]


def test_a_state_in_pieces_reads_as_what_it_was() -> None:
    texts = StateTexts()
    for _ in range(2):
        for bed, state in states():
            assert STATE.validate_json("".join(texts.pieces(bed, state))) == state


def test_settings_that_change_are_written_anew() -> None:
    texts = StateTexts()
    bed, state = states()[0]
    texts.pieces(bed, state)
    assert state.settings is not None
    other: Settings = replace(state.settings, language="de", protocols={})
    changed = replace(state, settings=other, now=Instant(state.now + 1))
    assert STATE.validate_json("".join(texts.pieces(bed, changed))) == changed


def test_the_protocols_of_all_beds_are_one_text() -> None:
    texts = StateTexts()
    first, second = (
        next(piece for piece in texts.pieces(bed, state) if piece.startswith('"protocols":'))
        for bed, state in states()[:2]
    )
    assert '"rules"' in first
    assert first is second


def test_a_copy_that_is_written_bed_by_bed_is_the_copy_that_is_read(tmp_path: Path) -> None:
    texts = StateTexts()
    carried = RecoveryCopy(place="here", seq=7)
    pieces = [
        StateInPieces(bed=bed, n=3, code_version="c", pieces=texts.pieces(bed, state))
        for bed, state in states()
    ]
    write_copy(tmp_path, carried, iter(pieces))
    found = newest_copy([tmp_path], "here")
    assert found is not None
    whole = tuple(
        Snapshot(bed=each.bed, seq=7, n=3, code_version="c", text="".join(each.pieces))
        for each in pieces
    )
    assert found == replace(carried, states=whole)
    write_copy(tmp_path, found)
    assert newest_copy([tmp_path], "here") == found
