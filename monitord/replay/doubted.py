"""Which signals of a recording hold what an engine might not believe (`engine/plausible.py`).

The block form takes every reading for what it says, so rules on such a signal are stepped. Pure.
"""

from typing import Final

import numpy as np

from monitord.engine.plausible import NARROW, STEPS, WIDE
from monitord.model import NIBP, Signal
from monitord.replay.table import QUALITIES, Table, Values

_USABLE: Final = np.array([quality.usable for quality in QUALITIES])
_CUFF: Final = (Signal.NIBP_SYS, Signal.NIBP_DIA)


def doubted(table: Table) -> frozenset[Signal]:
    """All of which a reading may be doubted, and perhaps some more."""
    steps = {signal for signal in STEPS if signal in table.signals and _jumps(table, signal)}
    return frozenset(steps | NIBP if _odd(table) else steps)


def _jumps(table: Table, signal: Signal) -> bool:
    _, values, codes = table.readings(signal)
    if np.count_nonzero(codes):
        values = values[_USABLE[codes]]
    return bool((np.abs(np.diff(values)) > STEPS[signal]).any())


def _odd(table: Table) -> bool:
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
