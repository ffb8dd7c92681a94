"""Values that are made fast are frozen like all others, and made in the same words."""

import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from monitord.engine.alarm_state import AlarmState, LevelState, Telling
from monitord.engine.readings.reading import Reading
from monitord.engine.rules.finding import Condition, Finding
from monitord.model import AlarmLine, Event, Frame, Sample, Signal
from monitord.model.frozen import fast_frozen, replace


@fast_frozen
@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """By place, or by name."""

    one: int
    other: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "cls", [AlarmLine, AlarmState, Event, Finding, Frame, LevelState, Reading, Sample, Telling]
)
def test_it_takes_what_the_dataclass_took(cls: type) -> None:
    """Parameters, order and defaults."""
    plain = dataclasses.make_dataclass(
        cls.__name__,
        [
            (each.name, each.type, field(default=each.default, kw_only=each.kw_only))
            for each in dataclasses.fields(cls)
        ],
    )

    def parameters(of: type) -> list[tuple[str, object, object]]:
        given = inspect.signature(vars(of)["__init__"]).parameters.values()
        return [(each.name, each.kind, each.default) for each in given]

    assert parameters(cls) == parameters(plain)


def test_it_is_frozen_and_of_its_class_whether_made_or_replaced() -> None:
    for pair in (Pair(1, ("a",)), Pair(one=1, other=("a",)), replace(Pair(2, ("a",)), one=1)):
        assert type(pair) is Pair
        assert pair == Pair(1, ("a",))
        assert hash(pair) == hash(Pair(1, ("a",)))
        assert pair < Pair(1, ("b",))
        with pytest.raises(FrozenInstanceError):
            pair.one = 2  # type: ignore[misc]
    assert Pair(3).other == ()
    assert pickle.loads(pickle.dumps(Pair(3, ("x",)))) == Pair(3, ("x",))


def test_what_the_class_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        Pair()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Pair(1, third=3)  # type: ignore[call-arg]
    with pytest.raises((AttributeError, TypeError)):
        replace(Pair(1), third=3)  # type: ignore[call-arg]


def test_replace_changes_a_value_of_any_dataclass_and_leaves_the_old_one() -> None:
    sample = Sample(signal=Signal.SPO2, value=97.0)
    assert replace(sample, value=96.0) == Sample(signal=Signal.SPO2, value=96.0)
    assert sample.value == 97.0
    found = Finding(Condition.TRUE, Condition.TRUE)
    assert replace(found, value=1.0) == dataclasses.replace(found, value=1.0)

    @dataclass(frozen=True)
    class Plain:
        here: int = 0

    assert replace(Plain(), here=1) == Plain(1)


def test_a_class_with_a_factory_cannot_be_made_fast() -> None:
    with pytest.raises(TypeError, match="factory"):

        @fast_frozen
        @dataclass(frozen=True, slots=True)
        class Listed:
            one: int
            many: list[int] = field(default_factory=list)
