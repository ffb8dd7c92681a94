"""Form files: named by a protocol, read, and refused where nobody could fill them in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitord.config.files.file_references import find, read_each
from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import Fault, Loc, read_file
from monitord.engine.protocol.form import Form
from monitord.engine.protocol.protocol import FORM
from monitord.errors import ConfigError
from monitord.model import SIGNALS, Signal

KEY = "forms"


def read_form(name: str, near: Path | None = None) -> Form:
    """The form of this name or file; ConfigError lists every fault."""
    path = find(name, KEY, near)
    reader = Reader(read_file(path))
    form = reader.read(FORM, reader.document.value)
    if form is not None:
        for loc, sentence in _unanswerable(form):
            reader.fault(loc, sentence)
    reader.finish()
    if form is None:  # pragma: no cover - `finish` raised
        raise ConfigError([f"{path}: not a form"])
    return form


def _unanswerable(form: Form) -> Iterator[Fault]:
    names: set[str] = set()
    if not form.items:
        yield ("items",), "needs at least one item"
    for i, item in enumerate(form.items):
        if item.name in names:
            yield ("items", i, "name"), f"the item {item.name!r} stands here twice"
        names.add(item.name)
        if item.low >= item.high:
            yield ("items", i), f"is scored {item.low} to {item.high}: nothing to choose"
        if item.signal is not None:
            yield from _outside(("items", i, "signal"), item.signal, item.low, item.high)
    if form.signal is not None:
        low, high = sum(i.low for i in form.items), sum(i.high for i in form.items)
        yield from _outside(("signal",), form.signal, low, high)


def _outside(loc: Loc, signal: Signal, low: int, high: int) -> Iterator[Fault]:
    spec = SIGNALS[signal]
    if low < spec.low or high > spec.high:
        yield loc, f"{low} to {high} is outside {spec.label} ({spec.low:g} to {spec.high:g})"


def read_forms(reader: Reader, value: Any, near: Path | None) -> tuple[Any, dict[str, Form]]:
    """What a protocol's document says without the forms that it names, and those."""
    return read_each(reader, value, KEY, lambda name: read_form(name, near))
