"""States of engines as JSON, of which what stays the same is written once: the settings, nine tenths of a text.

Each bed's settings are its own value, but their protocols are the suite's, so that of a thousand beds one text of them
is kept. What comes out is read by `STATE` like what it writes itself; only the order of the keys is another.
"""

from typing import Final

from monitord.engine.protocol.protocol import SETTINGS, Settings
from monitord.engine.state import STATE, State

_LARGE: Final = {"settings", "session_settings"}
_SHARED: Final = {"protocols"}
_TEXTS_AT_MOST: Final = 16
"""Texts of protocols that are kept: those in force, and those that open sessions were admitted with."""


class StateTexts:
    """The texts of the beds of one suite. Not for two threads at once."""

    def __init__(self) -> None:
        self._settings: dict[tuple[str | None, str], tuple[Settings, tuple[str, str]]] = {}
        """By bed and key what was written last, and of which value."""
        self._protocols: dict[str, str] = {}

    def pieces(self, bed: str | None, state: State) -> tuple[str, ...]:
        """The JSON of the state in pieces; long ones are the same object again and again."""
        rest = STATE.dump_json(state, exclude=_LARGE).decode()
        pieces = [rest[:-1]]
        for key, settings in (
            ("settings", state.settings),
            ("session_settings", state.session_settings),
        ):
            own = ("null",) if settings is None else self._of(bed, key, settings)
            pieces += [f',"{key}":', *own]
        return (*pieces, "}")

    def _of(self, bed: str | None, key: str, settings: Settings) -> tuple[str, str]:
        known = self._settings.get((bed, key))
        if known is not None and known[0] is settings:
            return known[1]
        own = SETTINGS.dump_json(settings, exclude=_SHARED).decode()[:-1] + ","
        shared = SETTINGS.dump_json(settings, include=_SHARED).decode()[1:]
        if len(self._protocols) >= _TEXTS_AT_MOST:
            self._protocols.clear()
        texts = own, self._protocols.setdefault(shared, shared)
        self._settings[bed, key] = settings, texts
        return texts
