"""A journal that the live sequencer wrote gives, replayed, the lines that it recorded."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import identity
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import canonical
from monitord.errors import RecordingError
from monitord.model import (
    SECOND,
    Acknowledge,
    Admit,
    AlarmLine,
    Configured,
    Frame,
    Sample,
    Signal,
    StartInfusion,
)
from monitord.replay.run.journal_run import Window, is_journal, replay_journal
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import replay_file
from monitord.store.journal.journal import Journal
from monitord.store.line_json import line_json
from tests.builders import HIGH, MEDIUM, level, protocol, settings, spo2_low

SPEED = 600
"""A minute in a tenth of a second."""
BEDS = ("1", "2")


def spo2_at(seconds: float, bed: str) -> float:
    """Bed 1 falls to 88 and later to 84; bed 2 is well and then silent (the caller stops)."""
    if bed == "2":
        return 97
    return 88 if 60 <= seconds < 200 else 84 if 400 <= seconds < 460 else 97


async def live(place: Path) -> list[str]:
    """Some 16 minutes of two beds through the real sequencer; the recorded lines as JSON."""
    with Journal.open(place) as journal:
        clock = LiveClock(speed=SPEED)
        engines: dict[str | None, Engine] = {bed: Engine(bed) for bed in BEDS}
        sequencer = Sequencer(journal, engines, clock)
        task = asyncio.create_task(sequencer.run(lambda _: None), name="sequencer")
        start = clock.now()
        for bed in BEDS:
            given = settings(bed=bed)
            document = canonical(given)
            digest = sha256(document.encode()).hexdigest()[:12]
            sequencer.offer(bed, Configured(digest=digest, document=document))
            await sequencer.act(bed, Admit(id=bed, by="n", session=f"s{bed}", protocol="small"), "")
            await sequencer.act(bed, StartInfusion(id=f"i{bed}", by="n"), "")
        acknowledged = False
        while (passed := (clock.now() - start) / SECOND) < 1000:
            for bed in BEDS if passed < 600 else BEDS[:1]:
                sample = Sample(signal=Signal.SPO2, value=spo2_at(passed, bed))
                sequencer.offer(bed, Frame(samples=(sample,)), source="oximeter")
            if passed > 100 and not acknowledged:
                # On a busy machine the alarm may not be out yet: then it is refused, and tried again.
                answer = Acknowledge(id=f"a{passed}", by="n", alarm="s1/spo2_low/1")
                acknowledged = (await sequencer.act("1", answer, "")).refused is None
            await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    with Journal.open(place, read_only=True) as journal:
        stored = [kept.effect for kept in journal.effects(type="alarm")]
    lines = [effect for effect in stored if isinstance(effect, AlarmLine)]
    return [line_json(line, durable=True) for line in lines]


def by_bed(texts: list[str]) -> dict[str, list[str]]:
    return {bed: [text for text in texts if f'"bed": "{bed}"' in text] for bed in BEDS}


async def test_a_live_run_replays_to_the_very_lines_that_it_recorded(tmp_path: Path) -> None:
    place = tmp_path / "journal.db"
    recorded = await live(place)
    assert len(recorded) > 10
    assert {"acknowledge", "start", "escalate", "clear"} <= {
        word
        for text in recorded
        for word in ("acknowledge", "start", "escalate", "clear")
        if f'"event": "{word}"' in text
    }
    assert is_journal(str(place))
    replayed = list(replay_file(str(place)).texts())[1:]
    assert by_bed(replayed) == by_bed(recorded)
    assert sorted(replayed) == sorted(recorded)
    out = CliRunner().invoke(app, ["replay", str(place)])
    assert out.stdout.splitlines()[1:] == replayed

    # Under other limits the same frames and staff actions give other lines, told to nobody.
    stricter = spo2_low(levels=(level("<90", MEDIUM, "60s"), level("<85", HIGH, "30s")))
    other = protocol(rules=protocol().rules | {"spo2_low": stricter})
    lines = list(replay_file(str(place), other).lines)
    first = next(line for line in lines if line.alarm == "spo2_low")
    # On a busy machine readings come seldom, and a delay may end with a later one.
    assert first.at - first.since >= 30 * SECOND
    assert {line.protocol for line in lines} == {identity(other)}
    assert not [line for line in lines if line.reason == "escalated"]

    middle = lines[len(lines) // 2].at
    window = Window(start=middle)
    late = list(replay_journal(str(place), window=window, beat=lambda _: None).lines)
    assert all(line.at >= middle for line in late)
    assert late

    with pytest.raises(RecordingError, match="its own phases"):
        replay_file(str(place), None, ReplayOptions(phase="late"))


def test_an_empty_journal_is_refused(tmp_path: Path) -> None:
    Journal.open(tmp_path / "j.db").close()
    with pytest.raises(RecordingError, match="empty journal"):
        replay_file(str(tmp_path / "j.db"))
