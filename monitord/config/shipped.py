"""Where the files are that come with monitord: example suite, protocols, scenarios, recordings."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(path: str = "") -> Path:
    """`protocols/watch.yaml`, say: installed inside the package, in a checkout in `config/`."""
    installed = _PACKAGE / "shipped"
    return (installed if installed.is_dir() else _PACKAGE.parent / "config") / path
