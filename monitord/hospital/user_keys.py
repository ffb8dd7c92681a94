"""NKey users for the cluster: a seed that stays with its owner, and a public key for the servers."""

import os
from pathlib import Path

from monitord.errors import ConfigError


def make_user(folder: Path, name: str) -> str:
    """Writes the seed to `NAME.nk`, for its owner alone, and the public key to `NAME.pub`; the public key."""
    try:
        import nkeys  # noqa: PLC0415 - of the extra
    except ImportError as error:
        raise ConfigError(["keys need an extra: pip install 'monitord[hospital]'"]) from error

    pair = nkeys.from_seed(bytearray(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)))
    seed, public = folder / f"{name}.nk", bytes(pair.public_key).decode()
    if seed.exists():
        raise ConfigError([f"{seed}: there is a seed already: it stays"])
    descriptor = os.open(seed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(pair.seed))
    (folder / f"{name}.pub").write_text(f"{public}\n", encoding="ascii")
    return public


def public_keys(folder: Path) -> dict[str, str]:
    """The public keys that lie in a folder, by name."""
    return {
        path.stem: path.read_text(encoding="ascii").strip() for path in sorted(folder.glob("*.pub"))
    }
