"""Frozen dataclasses that are made for every reading, at the cost of a mutable one. Pure.

`dataclass(frozen=True)` sets each field through `object.__setattr__`: with sixteen fields that takes
nine times as long as plain assignment, and `dataclasses.replace` three times as long again. A class
with this decorator is filled as a mutable twin of the same slots, and frozen when it is whole.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

__all__ = ["fast_frozen", "replace"]

_DRAFT: Final = "__draft__"
"""The attribute of a class with the decorator that holds its twin and how its fields are read."""


T = TypeVar("T")


def fast_frozen(cls: type[T]) -> type[T]:
    """Stands above `@dataclass(frozen=True, slots=True)`; two fields at least, none with a factory."""
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    if any(each.default_factory is not dataclasses.MISSING or not each.init for each in fields):
        msg = f"{cls.__name__}: a field with a factory, or outside __init__, cannot be made fast"
        raise TypeError(msg)
    names = [each.name for each in fields]
    twin = dataclasses.make_dataclass(cls.__name__, [(name, Any) for name in names], slots=True)
    setattr(cls, _DRAFT, (twin, attrgetter(*names)))
    cls.__init__ = _init(cls, twin, fields)  # type: ignore[method-assign]
    return cls


def _init(cls: type, twin: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """An `__init__` with the parameters of the one that `dataclass` wrote."""
    by_place = [each for each in fields if not each.kw_only]
    by_name = [each for each in fields if each.kw_only]
    parameters = [
        *map(_parameter, by_place),
        *(["*"] if by_name else []),
        *map(_parameter, by_name),
    ]
    lines = [
        f"def __init__(self, {', '.join(parameters)}):",
        "  _become(self, '__class__', _twin)",
        *(f"  self.{each.name} = {each.name}" for each in fields),
        "  self.__class__ = _cls",
    ]
    known: dict[str, Any] = {f"_default_{each.name}": each.default for each in fields}
    known |= {"_become": object.__setattr__, "_twin": twin, "_cls": cls}
    # From names of fields alone, as `dataclass` does it.
    exec("\n".join(lines), known)  # noqa: S102
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _parameter(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return field.name
    return f"{field.name}=_default_{field.name}"


if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(value: T, /, **changes: object) -> T:
        """As `dataclasses.replace`, and fast where the class is."""
        draft = value.__class__.__dict__.get(_DRAFT)
        if draft is None:
            return dataclasses.replace(value, **changes)
        twin, read = draft
        new = twin(*read(value))
        for name, changed in changes.items():
            setattr(new, name, changed)
        new.__class__ = value.__class__
        return new
