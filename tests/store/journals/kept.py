"""Journals that released versions wrote, for tests that read them and go on with them."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Kept:
    """The journal of one version, with what it told and the suite file that it ran with."""

    folder: Path

    def unpack(self, to: Path) -> Path:
        """A copy of the journal in the folder `to`, which a test may write to."""
        copy = to / "journal.db"
        copy.write_bytes(gzip.decompress((self.folder / "journal.db.gz").read_bytes()))
        return copy

    def lines(self) -> list[str]:
        """The alarm lines that the version told, in their order."""
        return (self.folder / "lines.jsonl").read_text().splitlines()

    def suite(self) -> dict[str, Any]:
        """The suite file without its approvals, as it stands in YAML or JSON."""
        document: dict[str, Any] = json.loads((self.folder / "suite.json").read_text())
        return document


V0_1_0 = Kept(FOLDER / "0.1.0")
EVERY = [Kept(folder) for folder in sorted(FOLDER.iterdir()) if (folder / "lines.jsonl").exists()]
