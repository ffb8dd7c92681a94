"""What can go wrong, one child per layer: catch the layer that you can answer for."""

from collections.abc import Iterator
from typing import Final

BAD_CONFIG: Final = 2
"""Exit code of a command when a suite, protocol or timeline file, or an option, cannot be used."""

FAILED: Final = 1
"""Exit code of a command when a port, database or recording cannot be used."""


LEFT_OUT: Final = 3
"""Exit code of a command when nothing in its recordings could be assessed, or files were left out."""


class MonitordError(Exception):
    """Root of every error that monitord raises on purpose."""


class ConfigError(MonitordError):
    """A suite, protocol or timeline file, or an option, that cannot be used; carries every fault at once."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class DeviceError(MonitordError):
    """A port, broker or device failed; `supervise()` retries after it."""


class StoreError(MonitordError):
    """The database could not be opened, read or written.

    `retry` says whether the same may succeed another time: not where the value itself is at fault.
    `damaged` says that the record itself is at fault, `held` that another monitord has it open.
    """

    def __init__(
        self, message: str, *, retry: bool = True, damaged: bool = False, held: bool = False
    ) -> None:
        super().__init__(message)
        self.retry = retry
        self.damaged = damaged
        self.held = held


class NotifyError(MonitordError):
    """A destination refused or could not be reached.

    `retry` says whether trying again can help; when to do so is the outbox's decision.
    """

    def __init__(self, message: str, *, retry: bool = True) -> None:
        super().__init__(message)
        self.retry = retry


class StationError(MonitordError):
    """The station's page could not be served."""


class RecordingError(MonitordError):
    """A recording that cannot be read."""


class NothingAssessedError(RecordingError):
    """Recordings that can be read, but hold nothing that could be assessed."""


def in_words(error: ValueError) -> str:
    """What is wrong with a value, in one line: the first finding, without the value, which may be a secret."""
    from pydantic import ValidationError  # noqa: PLC0415 - so that --help starts at once

    from monitord.field_faults import field_fault  # noqa: PLC0415 - the same

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    said = field_fault(first)
    return f"{where}: {said}" if where else said


def deepest(group: ExceptionGroup[Exception]) -> Exception:
    """The one error that ended everything, where it was one."""
    error: Exception = group
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def leaves(group: BaseExceptionGroup[Exception]) -> Iterator[Exception]:
    """The errors of a group, of groups within it too, in their order."""
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from leaves(each)
        else:
            yield each
