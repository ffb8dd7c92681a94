"""Whether a recording holds pressures that hardly go together (`engine/readings/plausibility.py`). Pure."""

from typing import Final

import numpy as np

from monitord.engine.readings.plausibility import NARROW, WIDE
from monitord.model import Signal
from monitord.replay.recordings.column_table import QUALITIES, Table, Values

_USABLE: Final = np.array([quality.usable for quality in QUALITIES])
_CUFF: Final = (Signal.NIBP_SYS, Signal.NIBP_DIA)


def odd_pressures(table: Table) -> bool:
    """Whether any pressures of one measurement hardly go together."""
    if not all(signal in table.signals for signal in _CUFF):
        return False
    sys, dia = (_column(table, signal) for signal in _CUFF)
    pulse = sys - dia
    odd = (pulse < NARROW) | (pulse > WIDE)
    if Signal.NIBP_MAP in table.signals:
        mean = _column(table, Signal.NIBP_MAP)
        odd |= (mean < dia) | (mean > sys)
    return bool(odd.any())


def _column(table: Table, signal: Signal) -> Values:
    """NaN, which compares with nothing, where no reading counts."""
    at = table.signals.index(signal)
    codes = table.codes[:, at]
    usable = (codes >= 0) & _USABLE[codes]
    return np.where(usable, table.values[:, at], np.nan)
