"""What systemd is told: ready, alive, stopping. Nothing when it did not start us."""

import os
import socket
import time


class Systemd:
    """Datagrams to the socket that the service manager named (sd_notify(3))."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        watchdog = os.environ.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(watchdog) / 1_000_000 if watchdog.isdigit() else None
        """How long systemd waits between two signs of life; None when it does not ask."""

    def reloading(self) -> None:
        """New settings are being taken; `READY=1` ends it (sd_notify(3))."""
        self.tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def tell(self, text: str) -> None:
        """Sends `READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=...`; a lost one is no fault of ours."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.connect(self._address)
                out.send(text.encode())
        except OSError:
            return
