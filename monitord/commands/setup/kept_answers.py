"""What was answered so far, in a file beside the suite file that is being made: mode 0600, replaced as a whole."""

import json
import os
from pathlib import Path
from typing import Any

from monitord.errors import ConfigError


class KeptAnswers:
    """Answers by the keys of their questions; each is on the disk before the next question is asked."""

    def __init__(self, file: Path) -> None:
        """ConfigError where the file is there and is none of ours."""
        self.file = file
        self._answers: dict[str, Any] = {}
        if file.exists():
            try:
                found = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ConfigError(
                    [f"{file}: kept answers that cannot be read: remove it"]
                ) from error
            self._answers = found if isinstance(found, dict) else {}

    def __len__(self) -> int:
        return len(self._answers)

    def __contains__(self, key: str) -> bool:
        return key in self._answers

    def get(self, key: str) -> Any:
        """The answer; None where there is none."""
        return self._answers.get(key)

    def keep(self, key: str, answer: Any) -> None:
        """Keeps it, and on the disk too."""
        self._answers[key] = answer
        self._write()

    def forget(self, *beginnings: str) -> None:
        """Lets go of every answer whose key begins so."""
        self._answers = {
            key: answer for key, answer in self._answers.items() if not key.startswith(beginnings)
        }
        self._write()

    def end(self) -> None:
        """Everything is done: nothing is kept."""
        self._answers = {}
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        fresh = self.file.with_name(f"{self.file.name}.new")
        opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as written:
            json.dump(self._answers, written, indent=1)
            written.flush()
            os.fsync(written.fileno())
        fresh.replace(self.file)
