"""The alarms of a record, each with its life: one value an alarm, from its lines. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitord.model import AlarmEvent, AlarmLine, AlarmPhase, Instant, Priority

_TELLS: Final = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE, AlarmEvent.REMINDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One alarm from its start to its end; `end` is None while it lasted to the record's end."""

    first: AlarmLine
    lines: tuple[AlarmLine, ...]
    peak: Priority
    end: Instant | None

    @property
    def inhibited_by(self) -> str | None:
        """The alarm that staff were told of in its place, all its life; None where they were told of it itself."""
        tells = [line for line in self.lines if line.event in _TELLS]
        return None if any(line.inhibited_by is None for line in tells) else self.first.inhibited_by

    @property
    def answered(self) -> AlarmLine | None:
        """The first line in which somebody answered."""
        answers = {AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT}
        return next((line for line in self.lines if line.event in answers), None)


def lives(lines: Iterable[AlarmLine]) -> list[Life]:
    """The alarms in the order of their starts; near misses are none."""
    by_id: dict[str, list[AlarmLine]] = {}
    for line in lines:
        if line.event is AlarmEvent.START or line.id in by_id:
            by_id.setdefault(line.id, []).append(line)
    return [_life(tuple(each)) for each in by_id.values()]


def _life(lines: tuple[AlarmLine, ...]) -> Life:
    last = lines[-1]
    # By its state: what is answered after it was gone ends with the answer. Lines of 0.1 say none.
    if last.state is None:
        over = last.event in {AlarmEvent.CLEAR, AlarmEvent.END}
    else:
        over = last.state in {AlarmPhase.RESTING, AlarmPhase.INACTIVE}
    return Life(
        first=lines[0],
        lines=lines,
        peak=max(line.priority for line in lines),
        end=last.at if over else None,
    )
