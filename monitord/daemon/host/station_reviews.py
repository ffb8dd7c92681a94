"""What the station reads of the record for a review, each in a thread and one at a time."""

import asyncio
from collections.abc import Callable, Iterator

from monitord.errors import RecordingError
from monitord.model import Frame, Instant, Observe, Sample
from monitord.model.alarm_lives import lives
from monitord.record.public_record import public_record
from monitord.record.record import Record, read_record
from monitord.record.record_table import frames
from monitord.station.routes.review_routes import Reviews
from monitord.station.views.review_view import RecordedSession
from monitord.store.alarm_log import AlarmLog, LoggedAlarm, Wanted, alarm_at, alarm_log
from monitord.store.alarm_strip import AlarmStrip, alarm_strip
from monitord.store.journal.journal import Journal


def reviews(journal: Journal, now: Callable[[], Instant], reading: asyncio.Lock) -> Reviews:
    """`reading` is held meanwhile: two at once would be two threads that alarming does without."""

    async def log(wanted: Wanted) -> AlarmLog:
        async with reading:
            return await asyncio.to_thread(alarm_log, journal, now(), wanted)

    async def strip(effect: int) -> tuple[LoggedAlarm, AlarmStrip]:
        def read() -> tuple[LoggedAlarm, AlarmStrip]:
            alarm = alarm_at(journal, effect)
            if alarm is None:
                raise RecordingError(f"no alarm begins with effect {effect}")
            return alarm, alarm_strip(journal, alarm, now())

        async with reading:
            return await asyncio.to_thread(read)

    async def session(name: str) -> RecordedSession:
        async with reading:
            return await asyncio.to_thread(
                lambda: recorded(public_record(read_record(journal, name)))
            )

    return Reviews(log=log, strip=strip, session=session)


def recorded(record: Record) -> RecordedSession:
    """What is drawn of a session's record; nothing of a form where it is a public one."""
    readings = sorted([*frames(record), *_by_hand(record)], key=lambda each: each[0])
    return RecordedSession(
        session=record.id,
        bed=record.session.bed or "",
        state=record.state,
        protocol=record.in_force,
        until=record.end,
        open=record.session.open,
        simulated=record.simulated,
        readings=readings,
        alarms=lives(record.lines),
        entries=[done.happened for done in record.actions if done.stands],
    )


def _by_hand(record: Record) -> Iterator[tuple[Instant, Frame]]:
    for done in record.actions:
        if isinstance(done.action, Observe) and done.stands:
            values = done.action.values.items()
            samples = tuple(Sample(signal=signal, value=value) for signal, value in values)
            yield done.happened, Frame(samples=samples)
