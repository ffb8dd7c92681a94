"""Libraries of extras, imported when a file needs them."""

import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType

from monitord.errors import RecordingError


def load(module: str, extra: str, path: Path) -> ModuleType:
    """The library that reads `path`; RecordingError names the extra that installs it."""
    try:
        with warnings.catch_warnings():
            # A library's quarrel with its own dependencies is nothing that our caller can mend.
            warnings.simplefilter("ignore")
            return import_module(module)
    except ImportError as exc:
        msg = f"{path}: reading it needs an extra: pip install 'monitord[{extra}]' ({exc})"
        raise RecordingError(msg) from exc
