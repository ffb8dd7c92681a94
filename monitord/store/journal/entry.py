"""What the sequencer hands to the journal: one cause with all that followed from it. Pure."""

from dataclasses import dataclass

from monitord.model import AlarmLine, Effect, Event, Instant, Notify


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event and its effects, or (`event` None) the effects of deadlines at `at`.

    `first_n` is the running number, within the bed, of the first effect; it counts from 1. `at`
    may be left out: then it is the event's time, or that of the newest line among the effects.
    """

    bed: str | None
    event: Event | None
    effects: tuple[Effect, ...] = ()
    first_n: int = 1
    at: Instant | None = None

    def time(self, otherwise: Instant) -> Instant:
        """When it happened; `otherwise` where neither event, line nor `at` says so."""
        if self.at is not None:
            return self.at
        if self.event is not None:
            return self.event.at
        return max((line.at for line in self.lines()), default=otherwise)

    def lines(self) -> list[AlarmLine]:
        """The alarm lines, those inside a notification too."""
        return [
            effect.line if isinstance(effect, Notify) else effect
            for effect in self.effects
            if isinstance(effect, Notify | AlarmLine)
        ]
