"""Events and effects as compact JSON, and back, exactly. Pure.

A field that holds its default is left out: most of a journal is samples, and most samples are
good. So a default in `monitord.model` is part of the stored format: `tests/store/test_codec.py`
pins it.
"""

from functools import cache
from hashlib import sha256
from typing import Annotated, Any, cast, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from monitord.errors import StoreError
from monitord.field_faults import field_fault
from monitord.model import Body, Effect, Event, Instant

# A driver's NaN is a fault of the driver; the journal shows it as it was, in valid JSON.
_EXACT = ConfigDict(ser_json_inf_nan="strings")


def _by_type(union: object) -> dict[str, type]:
    """`{"frame": Frame, ...}`: the value's own `type` field names its class."""
    return {cls.__dataclass_fields__["type"].default: cls for cls in get_args(union)}


_BODIES = _by_type(Body)
_EFFECTS = _by_type(Effect)


@cache
def _writer(kind: str) -> TypeAdapter[Any]:
    union: Any = Body if kind == "body" else Effect
    return TypeAdapter(Annotated[union, Field(discriminator="type")], config=_EXACT)


@cache
def _reader(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _dump(kind: str, value: Body | Effect) -> str:
    try:
        return _writer(kind).dump_json(value, exclude_defaults=True).decode()
    except PydanticSerializationError as exc:
        raise StoreError(
            f"this {value.type} cannot be written as JSON: {exc}", retry=False
        ) from exc


def _load(classes: dict[str, type], type_: str, text: str) -> Any:
    if (cls := classes.get(type_)) is None:
        raise StoreError(f"{type_!r} is no type that this version of monitord knows")
    try:
        return _reader(cls).validate_json(text)
    except ValidationError as exc:
        raise StoreError(f"a stored {type_} cannot be read: {_faults(exc)}") from None


def _faults(error: ValidationError) -> str:
    """Which parts, and why: this goes into the log, so nothing of what stands in them, such as an answer on a form."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(dict.fromkeys(f"{each['loc'][:1]}: {field_fault(each)}" for each in found))


def body_json(body: Body) -> str:
    """The body without its `type`, which is stored beside it."""
    return _dump("body", body)


def body_from_json(type_: str, text: str) -> Body:
    """The inverse of `body_json`; StoreError for a type or text that no version has written."""
    return cast("Body", _load(_BODIES, type_, text))


def fits(digest: str, document: str) -> bool:
    """Whether settings are those that the digest names: the first 12 digits of their SHA-256."""
    return sha256(document.encode()).hexdigest()[:12] == digest


def effect_json(effect: Effect) -> str:
    """The effect without its `type`, which is stored beside it."""
    return _dump("effect", effect)


def effect_from_json(type_: str, text: str) -> Effect:
    """The inverse of `effect_json`."""
    return cast("Effect", _load(_EFFECTS, type_, text))


def event_json(event: Event) -> str:
    """One event as one self-contained line: what an exported journal is made of."""
    row = {
        "at": event.at,
        "bed": event.bed,
        "source": event.source,
        "simulated": event.simulated,
        "type": event.body.type,
        "body": _writer("body").dump_python(event.body, mode="json", exclude_defaults=True),
    }
    return to_json(row, inf_nan_mode="strings").decode()


def event_from_json(text: str | bytes) -> Event:
    """The inverse of `event_json`; StoreError for anything else."""
    try:
        row = from_json(text)
        return Event(
            at=Instant(int(row["at"])),
            bed=row["bed"],
            source=str(row["source"]),
            simulated=bool(row["simulated"]),
            body=body_from_json(row["type"], to_json(row["body"]).decode()),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise StoreError(f"no line of a journal: {exc}") from exc
