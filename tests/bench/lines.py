"""Twelve oximeters with a 75 Hz pleth on pseudo-terminals, from one thread."""

import threading
import time
from pathlib import Path

from devices.oximeters.nonin_pleth import PACKET, encode_packet
from devices.readings import Oximetry
from tests.peers import PseudoTerminal

PACKETS_HZ = 3
"""A packet of 25 points three times a second."""


class Oximeters:
    """Speak `speed` times as fast as real ones, until closed."""

    def __init__(self, folder: Path, beds: list[str], *, speed: float = 1.0) -> None:
        self.lines = {bed: PseudoTerminal(folder / f"bed{bed}") for bed in beds}
        self.quiet: set[str] = set()
        """Beds whose oximeter somebody else speaks for."""
        self._speed = speed
        self._end = threading.Event()
        self._said = [
            encode_packet(
                Oximetry(spo2=96 + n % 3, pulse_rate=70 + n % 5),
                [(n * 7 + k * 3) % 256 for k in range(PACKET)],
            )
            for n in range(60)
        ]
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self._thread.start()

    def devices(self) -> dict[str, dict[str, dict[str, str]]]:
        return {
            bed: {"oximeter": {"driver": "nonin", "port": str(line.path), "format": "df2"}}
            for bed, line in self.lines.items()
        }

    def _speak(self) -> None:
        turn, due = 0, time.monotonic()
        while not self._end.wait(max(0.0, due - time.monotonic())):
            for bed, line in self.lines.items():
                if bed in self.quiet:
                    continue
                try:
                    line.write(self._said[turn % len(self._said)])
                except BlockingIOError:
                    continue  # nobody reads yet: the line is full, as a real one would overrun
            turn += 1
            due += 1 / PACKETS_HZ / self._speed

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        for line in self.lines.values():
            line.unplug()
