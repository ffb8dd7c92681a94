"""What is the same for every test of a process, made once: each costs more than most tests themselves.

`begin` is called by conftest.py before tests are collected, and changes nothing that a test could see.
"""

import gc
import os
import ssl
import tempfile
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, TypeAdapter

CERTIFICATES: Final = "SSL_CERT_FILE"
END: Final = "-----END CERTIFICATE-----\n"


def begin(*, stations: bool) -> None:
    """For this process, and what it starts; `stations`: some may be served."""
    _trust_one()
    if stations:
        from fastapi._compat import v2

        v2.TypeAdapter = _adapter  # type: ignore[attr-defined, assignment]


@contextmanager
def collecting() -> Iterator[None]:
    """What collection makes stays: looking through it again and again for garbage finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _trust_one() -> None:
    """A client reads all of the machine's certificates, 50 ms each time; no test calls anybody outside."""
    machine = ssl.get_default_verify_paths().cafile
    if machine is None:
        return
    first = Path(machine).read_text(encoding="utf-8").partition(END)
    kept = Path(tempfile.gettempdir()) / f"monitord-tests-trust-{os.getuid()}.pem"
    new = kept.with_suffix(f".{os.getpid()}")
    new.write_text(first[0] + first[1], encoding="utf-8")
    new.replace(kept)
    os.environ[CERTIFICATES] = str(kept)


_adapters: dict[Hashable, TypeAdapter[Any]] = {}


def _adapter(kind: Any, *, config: Any = None) -> TypeAdapter[Any]:
    """Of a route's answer: a station is made for each test, and its routes are those of the one before."""
    annotated, *rest = get_args(kind)
    if isinstance(annotated, type) and issubclass(annotated, BaseModel):
        # It keeps its own schema.
        return TypeAdapter(kind, config=config)
    key = (annotated, repr(rest), repr(config))
    if key not in _adapters:
        _adapters[key] = TypeAdapter(kind, config=config)
    return _adapters[key]
