"""The wall clock of one process, stepped while it runs: libfaketime reads by how much from a file. Elapsed time goes on."""

from pathlib import Path
from typing import Final

LIBRARIES: Final = ("libfaketimeMT.so.1",)
FOLDERS: Final = ("/usr/lib", "/usr/local/lib")


def libfaketime() -> Path | None:
    """None where the machine has none."""
    for folder in FOLDERS:
        for name in LIBRARIES:
            found = sorted(Path(folder).glob(f"*/faketime/{name}"))
            if found:
                return found[0]
    return None


class SteppedClock:
    """`environment` is what its process is started with; empty, and `there` false, without the library."""

    def __init__(self, file: Path) -> None:
        self._file = file
        library = libfaketime()
        self.there = library is not None
        self.environment: dict[str, str] = {}
        self.step(0)
        if library is not None:
            self.environment = {
                "LD_PRELOAD": str(library),
                "FAKETIME_TIMESTAMP_FILE": str(file),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1",
            }

    def step(self, seconds: int) -> None:
        """By so much it is wrong from now on; in one step, since the library reads while this writes."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self._file)
