"""Records of sessions for the station: read and written in a thread, one at a time."""

import asyncio
from collections.abc import Awaitable, Callable

from monitord.record.export import TEXTS
from monitord.record.record import read_record
from monitord.store.journal import Journal


def reports(journal: Journal) -> Callable[[str, str], Awaitable[str]]:
    """Renders a session (or a bed's latest) in a form of `TEXTS`."""
    one = asyncio.Lock()

    def render(session: str, form: str) -> str:
        return TEXTS[form](read_record(journal, session))

    async def rendered(session: str, form: str) -> str:
        # A record takes up to a second: two at once would be two threads that alarming does without.
        async with one:
            return await asyncio.to_thread(render, session, form)

    return rendered
