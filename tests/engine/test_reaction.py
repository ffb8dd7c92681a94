"""A reaction: the pump is paused, readings come closer, then it goes on or ends."""

from dataclasses import replace

from monitord.engine.explain import as_text
from monitord.engine.protocol.protocol import ScheduleItem, Settings
from monitord.model import MINUTE, SECOND, Instant, Signal
from tests.builders import Bed, infusing, protocol, settings


def given() -> Settings:
    small = protocol()
    closer = replace(small.schedule["nibp"], reaction=2 * MINUTE)
    oxygen = ScheduleItem(signals=(Signal.MOAAS,), every={}, reaction=3 * MINUTE)
    schedule = {"nibp": closer, "moaas": oxygen}
    return settings(protocols={"small": replace(small, schedule=schedule)})


def stands(bed: Bed) -> tuple[str, str | None, bool]:
    session = bed.state.session
    assert session
    return session.stage.value, session.infusion, session.reaction is not None


def intervals(bed: Bed) -> dict[str, int]:
    return {entry.item: entry.interval // MINUTE for entry in bed.state.due}


def test_a_reaction_pauses_the_infusion_and_brings_readings_closer() -> None:
    bed = infusing(given())
    bed.wait("10min").nibp(120)
    assert intervals(bed) == {"nibp": 5}
    assert bed.begin_reaction() is None
    assert stands(bed) == ("infusion", "paused", True)
    assert intervals(bed) == {"nibp": 2, "moaas": 3}
    (nibp,) = (entry for entry in bed.state.due if entry.item == "nibp")
    assert nibp.due == bed.now + 2 * MINUTE


def test_a_missed_closer_reading_is_overdue_sooner() -> None:
    bed = infusing(given())
    bed.nibp(120)
    bed.begin_reaction()
    bed.wait("5min")
    assert bed.story("nibp_overdue") == ["144s start low", "4min escalate medium"]


def test_resuming_ends_the_reaction() -> None:
    bed = infusing(given())
    bed.begin_reaction()
    bed.wait("4min")
    assert bed.resume_infusion() is None
    assert stands(bed) == ("infusion", "running", False)
    # What the reaction wanted and nobody read stays due.
    assert intervals(bed) == {"nibp": 5, "moaas": 3}


def test_stopping_keeps_the_reaction_until_somebody_ends_it() -> None:
    bed = infusing(given())
    bed.begin_reaction()
    assert bed.stop_infusion(reason="reaction") is None
    assert stands(bed) == ("recovery", "stopped", True)
    assert intervals(bed) == {"nibp": 2, "moaas": 3}
    assert bed.end_reaction() is None
    assert intervals(bed) == {"nibp": 10}


def test_a_reaction_outside_the_infusion_moves_no_stage() -> None:
    bed = infusing(given())
    bed.stop_infusion()
    assert bed.begin_reaction() is None
    assert stands(bed) == ("recovery", "stopped", True)
    assert bed.begin_reaction() is not None
    assert bed.discharge() is None


def test_a_reaction_that_was_never_there_cannot_end() -> None:
    bed = infusing(given())
    assert "at this stage" in (bed.end_reaction() or "")


def test_a_voided_reaction_never_was() -> None:
    bed = infusing(given())
    bed.wait("10min")
    bed.begin_reaction(id="r1")
    bed.wait("5min")
    assert bed.void("r1") is None
    assert stands(bed) == ("infusion", "running", False)
    session = bed.state.session
    assert session
    assert session.phase_ends == bed.marked + 40 * MINUTE


def test_a_reaction_entered_late_counts_from_when_it_happened() -> None:
    bed = infusing(given())
    bed.wait("10min")
    bed.begin_reaction(happened_at=Instant(bed.now - 60 * SECOND))
    bed.snapshot()
    session = bed.state.session
    assert session
    assert session.reaction
    assert session.reaction.since == session.paused_since == bed.now - 60 * SECOND
    assert "Reaction for 60 s: vomits (nurse)" in as_text(bed.state)
