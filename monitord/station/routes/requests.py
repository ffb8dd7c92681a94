"""What a page or script may post. The staff actions are derived from the model's classes, told apart by `type`.

Every action that has a row in the table of roles may be posted. A field is taken in as `_FIELDS`
says, a plain text otherwise as a `Word`; it is optional where the action has a default for it.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self, TypeVar, get_type_hints
from uuid import uuid4

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    create_model,
    model_validator,
)
from pydantic import Field as Constraint

from monitord.engine.rules.level import WrittenPriority
from monitord.model import (
    SIGNALS,
    Action,
    CallHelp,
    HandOver,
    Observe,
    PauseAudio,
    Signal,
    StaffAction,
    from_datetime,
)
from monitord.model.actions import ACTION_TYPES, COMMON_FIELDS
from monitord.station.access.listening_stations import Sound
from monitord.station.access.roles import STAFF_ACTIONS
from monitord.station.input_types import UNIDENTIFIED, ActionId, AlarmId, By, Text, Who, Word

A = TypeVar("A", bound=Action)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def recorded_id(by: str, chosen: str) -> str:
    """Under which the record has the action that this person sent under an id of their choice."""
    return sha256(f"{by}\n{chosen}".encode()).hexdigest()[:32]


class StationBody(_Strict):
    """How a named station is: whether its page is seen, and what became of its sound.

    A page of 0.1 says only in `audio` whether it can sound.
    """

    visible: bool
    sound: Sound | None = None
    audio: bool | None = None

    @model_validator(mode="after")
    def _says_one_of_both(self) -> Self:
        if (self.sound is None) is (self.audio is None):
            msg = "say in 'sound' what became of the sound"
            raise ValueError(msg)
        return self

    @property
    def became(self) -> Sound:
        """What became of its sound."""
        return self.sound or (Sound.PLAYS if self.audio else Sound.LOCKED)


class ByBody(_Strict):
    """Who did it."""

    by: By


class OnceBody(ByBody):
    """An action. `id` is chosen by who sends it: under the same one it is done once, however often it comes."""

    id: ActionId | None = None

    @property
    def action_id(self) -> str:
        """Of the action in the record: nobody's choice is another one's, or one that monitord made."""
        return uuid4().hex if self.id is None else recorded_id(self.by, self.id)


class CloseBody(OnceBody):
    """Who closes the suite, and what the next ones should know."""

    note: Text = ""


class HandOverBody(OnceBody):
    """Who hands every chair over to whom, and what the next one should know."""

    to: Who
    note: Text = ""


class SwapBody(OnceBody):
    """Which device of a bed changes places with which other one: a spare without `with_bed`."""

    bed: Word
    device: Word
    with_bed: Word | None = None
    with_device: Word
    reason: Text = ""


class StaffBody(OnceBody):
    """What every staff action is posted with; `happened_at` is for what is entered later."""

    happened_at: AwareDatetime | None = None


class AnswerBody(StaffBody):
    """Who answers an alarm, and why."""

    reason: Text = ""


def _in_range(values: dict[Signal, float]) -> dict[Signal, float]:
    for signal, value in values.items():
        spec = SIGNALS[signal]
        if not spec.low <= value <= spec.high:
            raise ValueError(
                f"{signal.value} {value:g} is outside {spec.low:g} to {spec.high:g} {spec.unit}"
            )
    return values


def _says_something(body: Any) -> Any:
    if not body.values and not body.note:
        raise ValueError("give a value or a note")
    return body


_SAID: Final = Annotated[Text, Constraint(min_length=1)]
_FIELDS: Final[dict[str | tuple[type[Action], str], Any]] = {
    "alarm": AlarmId,
    "answers": Annotated[dict[Word, int], Constraint(min_length=1, max_length=100)],
    "minutes": Annotated[int, Constraint(ge=1, le=60)],
    "overlays": Annotated[tuple[Word, ...], Constraint(max_length=8)],
    "priority": WrittenPriority,
    "pseudonym": Text,
    "values": Annotated[dict[Signal, float], AfterValidator(_in_range)],
    (HandOver, "to"): Who,
}
"""How a field of this name is taken in, of every action or of one."""
_FREE: Final = frozenset({"done", "note", "reason", "override"})
"""Written by staff in their own words: never empty where the action asks for it."""
_DEFAULTS: Final[dict[tuple[type[Action], str], Any]] = {
    (Observe, "values"): {},
    (CallHelp, "by"): UNIDENTIFIED,
    (PauseAudio, "by"): UNIDENTIFIED,
}
"""What may be left out of the body, though the action itself has no default for it."""
_WHOLE: Final[dict[type[Action], dict[str, Any]]] = {
    Observe: {"says_something": model_validator(mode="after")(_says_something)},
}
"""What the fields of an action must be together."""
_MADE_HERE: Final[dict[str, Callable[[], str]]] = {
    "session": lambda: uuid4().hex[:12],
}
"""Fields that the caller does not choose."""


def _input_type(kind: type[Action], name: str, own: Any, *, optional: bool) -> Any:
    named = _FIELDS.get((kind, name)) or _FIELDS.get(name)
    if named is not None:
        return named
    if name in _FREE:
        return Text if optional else _SAID
    return Word if own is str else own


def _default(kind: type[Action], field: Field[Any]) -> Any:
    """`...` where there is none, as pydantic writes it."""
    if (kind, field.name) in _DEFAULTS:
        return _DEFAULTS[kind, field.name]
    if field.default_factory is not MISSING:
        return field.default_factory()
    return ... if field.default is MISSING else field.default


def body_of(kind: type[Action]) -> type[StaffBody]:
    """The model of an action's body."""
    hints = get_type_hints(kind)
    word = kind.__dataclass_fields__["type"].default
    found: dict[str, Any] = {"type": (Literal[word], ...)}
    for field in fields(kind):
        name, default = field.name, _default(kind, field)
        if name == "by" and default is not ...:
            found[name] = (By, default)
        if name not in COMMON_FIELDS | _MADE_HERE.keys():
            own = _input_type(kind, name, hints[name], optional=default is not ...)
            found[name] = (own, default)
    return create_model(
        f"{kind.__name__}Body",
        __base__=StaffBody,
        __doc__=kind.__doc__,
        __validators__=_WHOLE.get(kind),
        **found,
    )


BODIES: Final = {
    word: body_of(kind) for word, kind in ACTION_TYPES.items() if word in STAFF_ACTIONS
}

if TYPE_CHECKING:

    class ActionBody(StaffBody):
        """One of them."""

        type: str
else:
    ActionBody = Annotated[reduce(or_, BODIES.values()), Constraint(discriminator="type")]


def action_of(kind: type[A], body: StaffBody, **more: Any) -> A:
    """The staff action that a body asks for, with its id (and a fresh session, when it admits)."""
    given: dict[str, Any] = {
        name: getattr(body, name) for name in type(body).model_fields if name != "type"
    }
    at = given.pop("happened_at")
    given["id"] = body.action_id
    happened_at = None if at is None else from_datetime(at)
    made = {name: make() for name, make in _MADE_HERE.items() if name in kind.__dataclass_fields__}
    return kind(happened_at=happened_at, **made, **given, **more)


def to_action(body: ActionBody) -> StaffAction:
    """The same by the body's own word."""
    return action_of(ACTION_TYPES[body.type], body)
