"""Entries of a suite file that belong to a plug-in: which one is meant, and its own settings."""

import re
from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from monitord.config.files.reader import Reader, nearest
from monitord.config.files.yaml_file import Loc
from monitord.config.suite.suite import Device
from monitord.driver import Driver
from monitord.model import Duration
from monitord.plugins import DEVICES, Plugins

T = TypeVar("T")

UNVERIFIED = "unverified"

PASSWORD_IN_URL = re.compile(r"://[^/@:\s]*:[^/@\s]+@")

_SECRET = re.compile(
    r"(^|[_-])(password|passwd|secret|token|api[_-]?key|private[_-]?key|authorization)$",
    re.IGNORECASE,
)


class DeviceFile(BaseModel):
    """What monitord itself reads of a device; the rest is its driver's."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    accept_unverified: bool = False
    interval: Duration = 0
    role: Literal["primary", "secondary"] = "primary"


class PluginReader(Generic[T]):
    """Chooses the plug-in that an entry names by its `word` (`driver` or `notifier`)."""

    def __init__(
        self, reader: Reader, plugins: Plugins, group: str, word: str, known: Mapping[str, T]
    ) -> None:
        self._reader = reader
        self._plugins = plugins
        self._group = group
        self._word = word
        self._known = known

    def choose(self, entry: Any, loc: Loc) -> tuple[T | None, dict[str, Any]]:
        """The plug-in, None after a fault, and the entry's other keys."""
        if not isinstance(entry, dict):
            self._reader.fault(loc, f"must hold keys and values, `{self._word}` among them")
            return None, {}
        rest = {key: value for key, value in entry.items() if key != self._word}
        self._refuse_secrets(rest, loc)
        name = entry.get(self._word)
        if not isinstance(name, str):
            known = ", ".join(sorted(self._known))
            self._reader.fault((*loc, self._word), f"is missing, or no word; known: {known}")
            return None, rest
        if name in self._known:
            return self._known[name], rest
        broken = self._plugins.why_not(self._group, name)
        why = f"cannot be used: {broken}" if broken else f"is not known{nearest(name, self._known)}"
        self._reader.fault((*loc, self._word), f"the {self._word} {name!r} {why}")
        return None, rest

    def _refuse_secrets(
        self, entry: dict[str, Any], loc: Loc, *, files_of_secrets: bool = False
    ) -> None:
        for key, value in entry.items():
            if isinstance(value, dict):
                # What a key such as `header_files` holds are names of files, each under the secret's own name.
                self._refuse_secrets(value, (*loc, key), files_of_secrets=key.endswith("_files"))
            elif _SECRET.search(key) and not files_of_secrets:
                self._reader.fault(
                    (*loc, key), "no secrets in this file: keep it in a file and name that"
                )
            elif isinstance(value, str) and PASSWORD_IN_URL.search(value):
                self._reader.fault((*loc, key), "no password in this file, nor in an address")


def read_device(reader: Reader, plugins: Plugins, loc: Loc, name: str, entry: Any) -> Device | None:
    """The device of one entry; None after its faults were noted."""
    chosen: PluginReader[Driver] = PluginReader(reader, plugins, DEVICES, "driver", plugins.drivers)
    driver, rest = chosen.choose(entry, loc)
    own = {key: rest.pop(key) for key in DeviceFile.model_fields if key in rest}
    file = reader.read(DeviceFile, own, loc)
    if driver is None:
        return None
    config = reader.plugin(driver.config, rest, loc)
    if file is None or config is None:
        return None
    if driver.evidence == UNVERIFIED and not file.accept_unverified:
        reader.fault(
            (*loc, "driver"),
            f"{driver.name!r} was never tried on a real device or capture; "
            "try it on yours, then say `accept_unverified: true`",
        )
    try:
        return Device(
            name=name,
            driver=driver,
            config=config,
            signals=frozenset(driver.signals(config)),
            delay=driver.delay(config),
            simulated=driver.simulated(config),
            accept_unverified=file.accept_unverified,
            interval=file.interval,
            secondary=file.role == "secondary",
        )
    except Exception as error:  # noqa: BLE001 - a plug-in's own code; told as a fault of its entry
        reader.fault(loc, f"its driver failed: {type(error).__name__}: {error}")
    return None
