"""What one sender's messages have that cannot be read: counted each time, told once, in words. Pure."""

from collections import Counter
from typing import Final

from devices.fault_changes import FaultChanges
from devices.garbled import REPEAT
from devices.hl7.hl7_codes import PRESSURES
from devices.hl7.hl7_observations import CODE
from devices.hl7.hl7_oru import Oru
from devices.readings import Misfit
from devices.wire import Said
from monitord.model import NIBP, SIGNALS, Cause, Signal

NOT_UNDERSTOOD: Final = 3
"""Messages in a row that have a field and in which it is not understood, before it is a fault."""
FORGETS: Final = 60
"""Messages in a row without a signal, after which what could not be read of it is over."""
_SIGNALS: Final = frozenset(Signal)


class UnreadFields:
    """A pressure that cannot be read is told at once, as its cuff sends it once; another field when it lasts."""

    def __init__(self) -> None:
        self.count = 0
        self._messages: Counter[str] = Counter()
        self._without: Counter[str] = Counter()
        self._words: dict[str, str] = {}
        """What is told of a field: the first of it, as the text of each message may be another."""
        self._faults = FaultChanges()
        self._garbled = ""
        self._all_read = False
        """Whether nothing is unread, and that was told."""

    def tell(self, oru: Oru) -> list[Said]:
        """What is to be said of a message's fields that are not understood, and of those that are again."""
        if self._all_read and not oru.misfits:
            return []
        self.count += len(oru.misfits)
        rows = [each for group in oru.groups for each in group.observations]
        there = {each.signal for each in rows}
        # Where another row has the number, nothing is lost.
        known = {each.signal for each in rows if each.value is not None}
        misfits = [each for each in oru.misfits if each.field not in known]
        strange = {each.field: each.why for each in misfits}
        for name in [name for name in self._messages if name not in strange]:
            self._without[name] += 1
            # A message without the signal says nothing of it: a cuff's come now and then.
            if name not in _SIGNALS or name in there or self._without[name] >= FORGETS:
                del self._messages[name], self._without[name], self._words[name]
        for name, why in strange.items():
            self._messages[name] += 1
            self._without[name] = 0
            self._words.setdefault(name, _words(name, why))
        said: list[Said] = []
        of_cuff = "; ".join(f"{each.field}: {each.why}" for each in misfits if _of_a_cuff(each))
        if of_cuff and of_cuff != self._garbled:
            said.append(REPEAT)
        if of_cuff or there & NIBP:
            self._garbled = of_cuff
        lasting = sorted(n for n, count in self._messages.items() if count >= NOT_UNDERSTOOD)
        detail = "; ".join(self._words[name] for name in lasting)[:200]
        said += self._faults.tell(Cause.DEVICE, detail or None)
        self._all_read = not self._messages and not self._garbled
        return said


def _words(name: str, why: str) -> str:
    if name in _SIGNALS:
        return f"{SIGNALS[Signal(name)].label} of the monitor {why}"
    return f"not understood: {name}: {why}"


def _of_a_cuff(misfit: Misfit) -> bool:
    return misfit.field == CODE or misfit.field in PRESSURES
