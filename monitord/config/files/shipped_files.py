"""Where the files are that come with monitord: example suite, protocols, scenarios, recordings."""

from pathlib import Path

import monitord

_PACKAGE = Path(monitord.__file__).resolve().parent


def shipped(path: str = "") -> Path:
    """`protocols/ketamine_iv_0_5_40.yaml`, say: installed inside the package, in a checkout in `config/`."""
    installed = _PACKAGE / "shipped"
    return (installed if installed.is_dir() else _PACKAGE.parent / "config") / path
