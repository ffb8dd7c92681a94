"""Tells two weeks ahead that a certificate of the suite ends: of the station, of destinations, devices and authorities."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from monitord.config.checks.tls_files import certificate_in_force, trouble_of
from monitord.config.suite.certificate_files import CertificateFile
from monitord.model import HOUR, Cause, Fault, Instant

PAUSE_S: Final = 3600.0
"""A new certificate ends its alarm within the hour."""


class CertificateWatch:
    """Looks at the files that the settings in force name."""

    def __init__(
        self,
        files: Callable[[], Sequence[CertificateFile]],
        now: Callable[[], Instant],
        report: Callable[[Fault], None],
    ) -> None:
        self.ends: dict[str, Instant] = {}
        """When each ends, as it was looked at last; what could not be read is not in it."""
        self._files = files
        self._now = now
        self._report = report
        self._told: dict[str, str] = {}

    def days_left(self) -> dict[str, float]:
        """By whose certificate it is; below zero once it is over."""
        return {what: (end - self._now()) / (24 * HOUR) for what, end in self.ends.items()}

    async def run(self) -> None:
        """Once an hour, until cancelled."""
        while True:
            found = await asyncio.to_thread(self._read)
            self.look(found)
            await asyncio.sleep(PAUSE_S)

    def look(self, found: dict[str, tuple[Instant, str]]) -> None:
        """Each alarm begins, changes its words and ends with what is found."""
        self.ends = {what: end for what, (end, _) in found.items()}
        said = {what: trouble for what, (_, trouble) in found.items() if trouble}
        for what in {*said, *self._told}:
            trouble = said.get(what, "")
            if trouble != self._told.get(what, ""):
                self._report(
                    Fault(
                        cause=Cause.CERTIFICATE, subject=what, present=bool(trouble), detail=trouble
                    )
                )
        self._told = said

    def _read(self) -> dict[str, tuple[Instant, str]]:
        """What cannot be read cannot be used either: that is told by who uses it."""
        found = {}
        for file in self._files():
            try:
                certificate = certificate_in_force(file)
            except (OSError, ValueError):
                continue
            found[file.what] = certificate.end, trouble_of(certificate, self._now())
        return found
