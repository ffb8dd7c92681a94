"""A disk of its own for one node of the cluster, in memory: it can be filled, and freed again."""

import subprocess
from pathlib import Path
from typing import Final

SIZE: Final = "256m"
PIECE: Final = 1_000_000


class SmallDisk:
    """Mounted at a folder until `close`; `mounted` is false where this user may not mount."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._ballast = folder / "ballast"
        asked = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)]
        self.mounted = subprocess.run(asked, check=False, capture_output=True).returncode == 0

    def fill(self) -> None:
        """Until nothing goes in."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (PIECE, 512):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self._folder)], check=False, capture_output=True)
