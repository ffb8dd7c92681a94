"""The settings in force, in one place: everybody who needs them at present holds this and reads it."""

import asyncio

from monitord.config.suite.suite import Suite


class CurrentSuite:
    """`suite` is in force; `file` is what the suite file says, before any swap of devices by staff.

    Whoever replaces one of them holds `turn` meanwhile. `changes` says what the last replacement changed.
    """

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.file = suite
        self.changes: list[str] = []
        self.turn = asyncio.Lock()
