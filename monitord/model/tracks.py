"""The tracks of a timeline: body, measurements, staff, faults; what each may say. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from monitord.model.actions import ACTION_TYPES, COMMON_FIELDS, StaffAction
from monitord.model.effects import Priority
from monitord.model.instant import SECOND, Duration, Instant, Span, parse_span
from monitord.model.series import SeriesStep, parse_series
from monitord.model.signals import SIGNALS, Frame, Sample, Signal


@cache
def _adapter(word: str) -> TypeAdapter[StaffAction]:
    """Made once for each action: it takes longer than the reading."""
    return TypeAdapter(ACTION_TYPES[word])


def _near(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or all that there are."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1)
    return f"; did you mean {close[0]!r}?" if close else f": one of {', '.join(words)}"


def parse_offset(text: object) -> Span:
    """Reads `90s`, `-15min`; ValueError for anything without a unit."""
    if isinstance(text, str) and text.strip().startswith("-"):
        return -parse_span(text.strip()[1:])
    return parse_span(text)


Offset = Annotated[int, BeforeValidator(parse_offset)]
"""A signed Span from the document's zero."""


class Strict(BaseModel):
    """A part of a document: unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Drug(StrEnum):
    """What is infused; each has its course of blood pressure (reference clinical 1.3)."""

    KETAMINE = "ketamine"
    ESKETAMINE = "esketamine"
    SALINE = "saline"


class Course(Strict):
    """The infusion as the body sees it: independent of what staff enter."""

    drug: Drug = Drug.KETAMINE
    start: Offset
    stop: Offset
    rise_sys: float | None = Field(default=None, ge=0, le=100)
    """mmHg at the peak; absent: drawn around the drug's mean from the seed."""

    @model_validator(mode="after")
    def _stops_after_it_starts(self) -> Self:
        if self.stop <= self.start:
            msg = "the course stops before it starts"
            raise ValueError(msg)
        return self


class ReactionKind(StrEnum):
    """A bodily reaction; the comment names the sign that `depth` measures."""

    DESATURATION = "desaturation"  # SpO2 points lost
    BREATHING_DEPRESSION = "breathing_depression"  # breaths/min lost
    APNOEA = "apnoea"  # % of the breaths lost
    HYPERTENSION = "hypertension"  # mmHg systolic gained
    VASOVAGAL = "vasovagal"  # mmHg systolic lost
    ANXIETY = "anxiety"  # beats/min gained
    HAEMORRHAGE = "haemorrhage"  # mmHg systolic lost by the end


class TimelineReaction(Strict):
    """One reaction: full from its onset until `for` is over, then recovering."""

    reaction: ReactionKind
    at: Offset
    depth: float = Field(gt=0, le=150)
    lasts: Duration = Field(alias="for", gt=0)


_BASELINE: Final[dict[Signal, float]] = {
    Signal.SPO2: 97.5,
    Signal.PULSE_RATE: 72,
    Signal.RESP_RATE: 14,
    Signal.ETCO2: 38,
    Signal.NIBP_SYS: 118,
    Signal.NIBP_DIA: 74,
    Signal.PERFUSION_INDEX: 4,
}
# A rested adult: the middle of the entry range of the shipped protocols.

AIR: Final = 0.21
_SPO2_ON_OXYGEN: Final = 99.0


class PatientTrack(Strict):
    """A simulated body: the same seed and track give the same values every run."""

    seed: int = Field(default=1, ge=0)
    baseline: dict[Signal, float] = Field(default_factory=dict)
    oxygen: float = Field(default=AIR, ge=AIR, le=1)
    """The share of oxygen in what is breathed: 2 L/min by cannula are about 0.28, a mask about 0.4 to 0.6."""
    course: Course | None = None
    reactions: tuple[TimelineReaction, ...] = ()

    @model_validator(mode="after")
    def _baseline_is_possible(self) -> Self:
        for signal, value in self.baseline.items():
            spec = SIGNALS[signal]
            if signal not in _BASELINE:
                msg = f"a patient has no baseline {signal}: one of {', '.join(_BASELINE)}"
                raise ValueError(msg)
            if not spec.low <= value <= spec.high:
                msg = f"baseline {signal} {value:g} is outside {spec.low:g} to {spec.high:g}"
                raise ValueError(msg)
        return self

    def base(self, signal: Signal) -> float:
        """The resting value, in the signal's unit."""
        usual = _BASELINE[signal]
        if signal is Signal.SPO2 and self.oxygen > AIR:
            usual = _SPO2_ON_OXYGEN
        return self.baseline.get(signal, usual)


class Block(Strict):
    """What one source measures: a shorthand a signal, one step every `step`, the first at `at`."""

    source: str = "series"
    at: Offset = 0
    step: Duration = Field(default=SECOND, gt=0)
    values: dict[Signal, str] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _signals_are_keys(cls, data: object) -> object:
        if not isinstance(data, Mapping) or "values" in data:
            return data
        own = {key: value for key, value in data.items() if key in cls.model_fields}
        return own | {"values": {key: str(data[key]) for key in data if key not in own}}

    @model_validator(mode="after")
    def _shorthands_parse(self) -> Self:
        self.steps()
        return self

    def steps(self) -> dict[Signal, tuple[SeriesStep | None, ...]]:
        return {signal: parse_series(text) for signal, text in self.values.items()}

    def frames(self) -> Iterator[tuple[Span, Frame]]:
        """Each step in which anything arrives, with its offset."""
        steps = self.steps()
        for number in range(max(map(len, steps.values()))):
            samples = tuple(
                Sample(signal=signal, value=step.value, quality=step.quality)
                for signal, column in steps.items()
                if number < len(column) and (step := column[number])
            )
            if samples:
                yield self.at + number * self.step, Frame(samples=samples)


class StaffStep(Strict):
    """Somebody does something: `do` is an action's word, its fields stand beside it.

    A step before zero is entered at zero, as having happened then. An answer names its alarm by
    the rule (`alarm: spo2_low`): the host puts the id of that alarm's present life. With `every`
    it is done `times` times.
    """

    at: Offset
    do: str
    by: str = "nurse"
    id: str = ""
    every: Duration | None = Field(default=None, gt=0)
    times: int = Field(default=1, ge=1, le=1000)
    what: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: object) -> object:
        if not isinstance(data, Mapping) or "what" in data:
            return data
        own = {key: value for key, value in data.items() if key in cls.model_fields}
        return own | {"what": {key: data[key] for key in data if key not in own}}

    @model_validator(mode="after")
    def _action_exists(self) -> Self:
        if self.do not in ACTION_TYPES:
            msg = f"{self.do!r} is not an action{_near(self.do, ACTION_TYPES)}"
            raise ValueError(msg)
        known = {field.name for field in fields(ACTION_TYPES[self.do])} - COMMON_FIELDS
        if unknown := sorted(self.what.keys() - known):
            takes = f"it takes {', '.join(sorted(known)) or 'nothing'}"
            msg = f"{self.do} has no {', '.join(unknown)}: {takes}"
            raise ValueError(msg)
        if (self.every is None) is not (self.times == 1):
            msg = "'every' and 'times' go together"
            raise ValueError(msg)
        self.action(id="check", start=Instant(0))
        return self

    def each(self) -> list[Self]:
        """The step itself, or one for each of its times."""
        return [
            self.model_copy(
                update={
                    "at": self.at + number * (self.every or 0),
                    "id": f"{self.id}-{number + 1}" if self.id and self.every else self.id,
                    "every": None,
                    "times": 1,
                }
            )
            for number in range(self.times)
        ]

    def action(self, *, id: str, start: Instant, alarm: str | None = None) -> StaffAction:  # noqa: A002
        """The action as the daemon takes it; `start` is zero's instant, `alarm` the alarm's id."""
        given: dict[str, Any] = dict(self.what) | {"id": self.id or id, "by": self.by}
        if self.at < 0:
            given["happened_at"] = start + self.at
        if alarm is not None:
            given["alarm"] = alarm
        if isinstance(word := given.get("priority"), str):
            words = {priority.word: priority for priority in Priority}
            if word not in words:
                raise ValueError(f"{word!r} is not a priority{_near(word, words)}")
            given["priority"] = words[word]
        return _adapter(self.do).validate_python(given)

    @property
    def alarm(self) -> str | None:
        """The rule of the alarm that this step answers; None if it answers none."""
        return str(self.what["alarm"]) if "alarm" in self.what else None


class FaultKind(StrEnum):
    """What can go wrong; which of them a device can show depends on its family."""

    # at the body
    PROBE_OFF = "probe_off"
    LOW_PERFUSION = "low_perfusion"
    MOTION = "motion"
    SAME_ARM = "same_arm"  # of an oximeter: it loses its pulse while the cuff is inflated
    WRONG_CHAIR = "wrong_chair"  # the device measures the neighbour
    SAMPLING_LINE_OFF = "sampling_line_off"  # of a capnograph: its tube is not connected
    # in the device
    BATTERY = "battery"
    STUCK = "stuck"
    CUFF_ERROR = "cuff_error"
    PUMP_ALARM = "pump_alarm"
    CLOCK_JUMP = "clock_jump"
    # on the line
    UNPLUG = "unplug"
    SILENCE = "silence"
    NOISE = "noise"
    BAD_CHECKSUM = "bad_checksum"
    SPLIT = "split"
    MERGE = "merge"
    MID_FRAME = "mid_frame"
    DUPLICATE = "duplicate"
    LATE = "late"
    OUT_OF_ORDER = "out_of_order"
    RETAINED = "retained"
    # around it: these name no device, the host does them
    KILL = "kill"
    BROKER_DOWN = "broker_down"
    WALL_CLOCK = "wall_clock"


HOST_FAULTS: Final = frozenset({FaultKind.KILL, FaultKind.BROKER_DOWN, FaultKind.WALL_CLOCK})


class FaultStep(Strict):
    """`fault` holds from `at` for `for`, with `every` so often as `times`; `by` is the size of a clock's jump."""

    at: Offset
    fault: FaultKind
    device: str | None = None
    lasts: Duration = Field(alias="for", default=10 * SECOND, gt=0)
    by: Offset | None = None
    every: Duration | None = Field(default=None, gt=0)
    times: int = Field(default=1, ge=1, le=1000)

    @model_validator(mode="after")
    def _has_its_place(self) -> Self:
        if (self.device is None) is not (self.fault in HOST_FAULTS):
            whose = "names no device" if self.device else "needs its device"
            msg = f"{self.fault} {whose}"
            raise ValueError(msg)
        if (self.by is None) is (self.fault in {FaultKind.CLOCK_JUMP, FaultKind.WALL_CLOCK}):
            msg = f"{self.fault} {'needs' if self.by is None else 'takes no'} 'by'"
            raise ValueError(msg)
        if (self.every is None) is not (self.times == 1):
            msg = "'every' and 'times' go together"
            raise ValueError(msg)
        return self

    def each(self) -> list[Self]:
        """The fault itself, or one for each of its times."""
        once = {"every": None, "times": 1}
        return [
            self.model_copy(update={"at": self.at + number * (self.every or 0), **once})
            for number in range(self.times)
        ]
