"""The bursts that a loudspeaker of this machine plays for an alarm, as WAV: high, medium and low by IEC 60601-1-8.

`systemd/watcher.py` has the same burst for itself: it shares nothing with the daemon.
"""

import io
import math
import struct
import wave
from typing import Final

from monitord.model import Priority

RATE: Final = 22_050
FUNDAMENTAL_HZ: Final = 520
HARMONICS: Final = (1, 2, 3, 4, 5)
"""Within 150-1000 Hz and with four harmonics at least (table 4 there): it carries on a small loudspeaker."""
LOUD: Final = 0.6
_HALF: Final = (0.0, 0.3, 0.6, 1.1, 1.4)
PULSES: Final = {
    # Where each pulse begins and how long it is, in s (table 3 there): ten quick, three slow, two slower.
    Priority.HIGH: (tuple(half + at for half in (0.0, 2.2) for at in _HALF), 0.18),
    Priority.MEDIUM: ((0.0, 0.4, 0.8), 0.2),
    Priority.LOW: ((0.0, 0.5), 0.2),
}


def burst(priority: Priority) -> bytes:
    """A WAV file."""
    begins, lasts = PULSES[priority]
    samples = [0.0] * round((begins[-1] + lasts + 0.1) * RATE)
    for begin in begins:
        for index in range(round(lasts * RATE)):
            samples[round(begin * RATE) + index] = _tone(index / RATE, lasts)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", round(32_000 * LOUD * s)) for s in samples))
    return out.getvalue()


def _tone(at: float, lasts: float) -> float:
    """With soft ends, so that it does not crack."""
    edge = min(1.0, at / 0.02, (lasts - at) / 0.02)
    waves = (math.sin(math.tau * FUNDAMENTAL_HZ * n * at) / n for n in HARMONICS)
    return edge * sum(waves) / 2.0
