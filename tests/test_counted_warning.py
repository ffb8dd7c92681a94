"""What comes in great number is logged once a minute, with its count."""

import asyncio

import pytest
from structlog.testing import capture_logs

from monitord.counted_warning import EVERY_S, CountedWarning


@pytest.mark.looptime
async def test_the_first_is_logged_at_once_and_the_others_once_a_minute_with_their_count() -> None:
    strangers = CountedWarning("stranger")
    with capture_logs() as logged:
        for n in range(5):
            strangers.add(peer=str(n))
        assert [(each["peer"], each["count"]) for each in logged] == [("0", 1)]
        await asyncio.sleep(EVERY_S)
        strangers.add(peer="last")
    assert [(each["peer"], each["count"]) for each in logged] == [("0", 1), ("last", 5)]
