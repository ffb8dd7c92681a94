"""Which code wrote a snapshot: another engine must fold the events anew."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import monitord


@cache
def code_mark() -> str:
    """The version with a hash of the engine's and the model's sources, whose values a state holds.

    A checkout keeps its version while its code changes.
    """
    root = Path(monitord.__file__).parent
    found = sha256()
    for path in sorted((*root.glob("engine/**/*.py"), *root.glob("model/*.py"))):
        found.update(path.read_bytes())
    return f"{monitord.__version__}+{found.hexdigest()[:12]}"
