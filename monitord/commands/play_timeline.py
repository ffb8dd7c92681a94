"""Plays one timeline through twins, real lines, a broker and a daemon, until it is over; what came is noted."""

from collections.abc import Mapping

from monitord.commands.demo_suite import DemoOptions, demo
from monitord.commands.expectation_verdicts import NotPlayed, Played
from monitord.engine.state import State
from monitord.model import SECOND, AlarmLine, Instant
from monitord.model.expected_telling import Delivery
from monitord.model.timeline import LEAD
from monitord.store.journal.journal import Journal


async def play_timeline(
    played: Played, speed: float, protocols: tuple[str, ...] = (), port: int = 0
) -> None:
    """Fills `played`; whatever keeps it from being played is its failure. Port 0: any free one."""
    start: list[Instant] = []

    def heard(line: AlarmLine, _durable: bool) -> None:
        played.lines.append(((line.at - start[0]) / SECOND if start else 0.0, line))

    def ended(journal: Journal, beds: Mapping[str, State]) -> None:
        played.at_end = beds
        played.tellings = [
            Delivery(at=round(at - start[0]), to=told.destination, line=told.line)
            for at, told in journal.outbox.sent()
        ]

    options = DemoOptions(
        timeline=played.timeline,
        protocols=protocols,
        port=port,
        speed=speed,
        seconds=(LEAD + played.timeline.end) / SECOND,
        terminal=False,
        tiers=True,
    )
    try:
        await demo(
            options,
            heard=heard,
            began=start.append,
            ended=ended,
            missed=lambda bed, sentence: played.left_out.append(
                NotPlayed(bed=bed, sentence=sentence)
            ),
        )
    except Exception as error:  # noqa: BLE001 - one that fails is a line in the report
        played.failure = f"{type(error).__name__}: {error}"
