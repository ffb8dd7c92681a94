"""Form files: named by a protocol, read, and refused where nobody could fill them in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitord.config.reader import Reader, nearest
from monitord.config.shipped import shipped
from monitord.config.yaml_file import Loc, read_file
from monitord.engine.form import Form
from monitord.engine.protocol import FORM
from monitord.errors import ConfigError
from monitord.model import SIGNALS, Signal

KEY = "forms"


def form_names() -> list[str]:
    """The forms that come with monitord."""
    return sorted(path.stem for path in shipped(KEY).glob("*.yaml"))


def read_form(name: str) -> Form:
    """The form of this name or file; ConfigError lists every fault."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        path = Path(name)
    elif name in form_names():
        path = shipped(f"{KEY}/{name}.yaml")
    else:
        raise ConfigError([f"no form is called {name!r}{nearest(name, form_names())}"])
    reader = Reader(read_file(path))
    form = reader.read(FORM, reader.document.value)
    if form is not None:
        for loc, sentence in _unanswerable(form):
            reader.fault(loc, sentence)
    reader.finish()
    if form is None:  # pragma: no cover - `finish` raised
        raise ConfigError([f"{path}: not a form"])
    return form


def _unanswerable(form: Form) -> Iterator[tuple[Loc, str]]:
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


def _outside(loc: Loc, signal: Signal, low: int, high: int) -> Iterator[tuple[Loc, str]]:
    spec = SIGNALS[signal]
    if low < spec.low or high > spec.high:
        yield loc, f"{low} to {high} is outside {spec.label} ({spec.low:g} to {spec.high:g})"


def read_forms(reader: Reader, value: Any) -> tuple[Any, dict[str, Form]]:
    """What a protocol's document says without the forms that it names, and those."""
    names = value.get(KEY) if isinstance(value, dict) else None
    if not isinstance(names, list):
        return value, {}
    found: dict[str, Form] = {}
    for i, name in enumerate(names):
        if not isinstance(name, str):
            reader.fault((KEY, i), "must be the name of a form, or a file")
            continue
        try:
            form = read_form(name)
        except ConfigError as error:
            reader.fault((KEY, i), "; ".join(error.faults))
            continue
        found[form.name] = form
    return {key: part for key, part in value.items() if key != KEY}, found
