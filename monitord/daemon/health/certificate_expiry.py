"""Tells of each certificate of the suite in one alarm: two weeks ahead of its end, after it, and where a new pair is no good.

Medium, until it fails somebody: the page's is a high alarm once browsers refuse it, and of the others the alarm of who
fails by it, which says so, takes the place of this one.
"""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from monitord.certificates import out_of_date, pair_fault
from monitord.config.checks.tls_files import certificate_in_force, trouble_of
from monitord.config.suite.certificate_files import CertificateFile
from monitord.model import HOUR, Cause, Fault, Instant

PAUSE_S: Final = 60.0
"""A new certificate is in use within a minute, and its alarm ends with that."""
LOOKS: Final = 2
"""A pair that does not fit is looked at again: its two files are not written at one time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A certificate file as it is now; without `end` it cannot be read. `no_pair` says why it fits no key."""

    file: CertificateFile
    end: Instant | None = None
    trouble: str = ""
    over: bool = False
    no_pair: str = ""


class CertificateWatch:
    """Looks at the files that the settings in force name; `failing` are those whom an alarm of their own blames on one."""

    def __init__(
        self,
        files: Callable[[], Sequence[CertificateFile]],
        now: Callable[[], Instant],
        report: Callable[[Fault], None],
        failing: Callable[[], AbstractSet[str]] = frozenset,
    ) -> None:
        self.ends: dict[str, Instant] = {}
        """When each ends, as it was looked at last; what could not be read is not in it."""
        self._files = files
        self._now = now
        self._report = report
        self._failing = failing
        self._told: dict[tuple[Cause, str], str] = {}
        self._good: set[str] = set()
        self._bad: dict[str, int] = {}

    def days_left(self) -> dict[str, float]:
        """By whose certificate it is; below zero once it is over."""
        return {what: (end - self._now()) / (24 * HOUR) for what, end in self.ends.items()}

    async def run(self) -> None:
        """Once a minute, until cancelled."""
        while True:
            self.look(await asyncio.to_thread(self._read))
            await asyncio.sleep(PAUSE_S)

    def look(self, found: Sequence[Seen]) -> None:
        """Each alarm begins, changes its words and ends with what is found."""
        self.ends = {seen.file.what: seen.end for seen in found if seen.end is not None}
        failing = self._failing()
        said: dict[tuple[Cause, str], str] = {}
        for seen in found:
            what = seen.file.what
            refused = self._refused(seen)
            high = seen.over and seen.file.page
            # A fault of the last run ends here too, if nothing is wrong any more.
            said[Cause.DESTINATION, what] = f"the certificate {seen.trouble}" if high else ""
            told_elsewhere = high or (seen.over and not failing.isdisjoint(seen.file.users))
            said[Cause.CERTIFICATE, what] = refused or ("" if told_elsewhere else seen.trouble)
        gone = {key: "" for key, detail in self._told.items() if detail and key not in said}
        # What begins goes first: between two alarms of one certificate there is no end of both.
        for key, detail in sorted((said | gone).items(), key=lambda each: not each[1]):
            if detail != self._told.get(key):
                cause, what = key
                self._report(
                    Fault(cause=cause, subject=what, present=bool(detail), detail=detail[:200])
                )
        self._told = said

    def _refused(self, seen: Seen) -> str:
        """Why a pair that came in place of a good one cannot be used. Of the page's, its server says so."""
        what = seen.file.what
        if not seen.no_pair:
            self._good.add(what)
            self._bad.pop(what, None)
            return ""
        # What was no good from the start is told by who uses it.
        if what not in self._good or seen.file.page:
            return ""
        self._bad[what] = self._bad.get(what, 0) + 1
        if self._bad[what] < LOOKS:
            return ""
        return (
            f"the new one cannot be used, open connections go on with the old one: {seen.no_pair}"
        )

    def _read(self) -> list[Seen]:
        return [self._seen(file) for file in self._files()]

    def _seen(self, file: CertificateFile) -> Seen:
        try:
            certificate = certificate_in_force(file)
            why = None if file.key is None else pair_fault(file.certificate, file.key)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            return Seen(file=file, no_pair=reason or str(error))
        now = self._now()
        return Seen(
            file=file,
            end=certificate.end,
            trouble=trouble_of(certificate, now),
            over=bool(out_of_date(certificate.begin, certificate.end, now)),
            no_pair=why or "",
        )
