"""Where a first suite has its files: the service's under /etc/monitord and /var/lib, a trial's all beside its suite file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from monitord.commands.service_output import SERVICE_FILE
from monitord.commands.whole_files import written
from monitord.config.checks.named_files import CREDENTIALS, SECRETS

SERVICE_JOURNAL: Final = "/var/lib/monitord/monitord.db"
"""Said in the file, it is the same for every account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Of one suite file."""

    target: Path

    @property
    def is_service(self) -> bool:
        """Whether the unit runs this file."""
        return self.target.absolute() == SERVICE_FILE

    @property
    def database(self) -> str:
        """As the file says it."""
        return SERVICE_JOURNAL if self.is_service else f"{self.target.stem}.db"

    @property
    def kept(self) -> Path:
        """Answers of a setup that was interrupted."""
        return self.target.with_name(f".{self.target.name}.setup")

    @property
    def secrets(self) -> Path:
        """A folder that its owner alone opens; of the service systemd hands each file over."""
        if self.is_service:
            return SECRETS
        return self.target.absolute().with_name(f"{self.target.stem}-secrets")

    def keep_secret(self, name: str, text: str) -> str:
        """Writes a secret, mode 0600, in place of one of this name; where it is."""
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(written(self.secrets / name, text.encode(), 0o600))

    def keep_open(self, name: str, data: bytes) -> str:
        """Writes what is no secret and the service reads, beside the suite file; where it is."""
        return str(written(self.target.absolute().with_name(name), data, 0o644))

    def deployed(self, value: Any) -> Any:
        """An entry as the service has to read it: each of its secrets where systemd puts it."""
        if isinstance(value, dict):
            return {key: self.deployed(each) for key, each in value.items()}
        if self.is_service and isinstance(value, str) and Path(value).parent == SECRETS:
            return str(CREDENTIALS / f"secrets_{Path(value).name}")
        return value
