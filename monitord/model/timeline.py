"""The one text format for scenarios, protocol tests and stories. Pure: the caller reads the file.

A document describes one bed, or several under `beds`; a bed has tracks, each may be absent:
`patient` (what the body does), `series` (what is measured, step by step), `staff` (what people do),
`faults` (what breaks), `expect` (which alarms must come, or must not). Every time is an offset from
the document's zero, with its unit; a negative one lies before it. The guide is docs/timeline.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from monitord.model.effects import AlarmEvent, Priority
from monitord.model.expected_telling import ANY, Paged, WordedPriority
from monitord.model.instant import MINUTE, SECOND, Duration, Span
from monitord.model.signals import Frame
from monitord.model.tracks import Block, FaultStep, Offset, PatientTrack, StaffStep, Strict

LEAD: Final[Span] = 3 * SECOND
"""How long before zero hosts let the devices speak: nobody admits a patient to a dead monitor."""

Moment = Annotated[tuple[Offset, Offset], Field(strict=False)]

_KINDS: Final = 3


class Expect(Strict):
    """One alarm line that must come (`alarm`), or none that may (`none`), in a window; or `paged`.

    `at` T: T plus or minus `within` (1 s where absent); `after` T: from T on, for `within` where
    given; `between` [a, b]; without any of them the whole timeline. Both ends belong to it.
    """

    alarm: str | None = None
    none: str | None = None
    paged: Paged | None = None
    event: AlarmEvent = AlarmEvent.START
    priority: WordedPriority | None = None
    at: Offset | None = None
    after: Offset | None = None
    between: Moment | None = None
    within: Duration | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if [self.alarm, self.none, self.paged].count(None) != _KINDS - 1:
            msg = "an expectation says one of 'alarm', 'none' and 'paged'"
            raise ValueError(msg)
        if self.paged is not None and self.model_fields_set != {"paged"}:
            msg = "what 'paged' asks for stands below it"
            raise ValueError(msg)
        given = [each for each in (self.at, self.after, self.between) if each is not None]
        if len(given) > 1:
            msg = "an expectation has one of 'at', 'after' and 'between'"
            raise ValueError(msg)
        if self.within is not None and self.at is None and self.after is None:
            msg = "'within' goes with 'at' or 'after'"
            raise ValueError(msg)
        if self.between and self.between[1] < self.between[0]:
            msg = "'between' ends before it begins"
            raise ValueError(msg)
        return self

    @property
    def rule(self) -> str:
        """The rule that it speaks of; `any` for all of them."""
        return self.paged.alarm if self.paged is not None else self.alarm or self.none or ANY

    def window(self, end: Span) -> tuple[Span, Span]:
        """First and last offset at which a line counts; `end` is the timeline's end."""
        if self.paged is not None:
            return self.paged.window(max(end, self.paged.due))
        if self.at is not None:
            slack = SECOND if self.within is None else self.within
            return self.at - slack, self.at + slack
        if self.after is not None:
            return self.after, end if self.within is None else self.after + self.within
        return self.between or (0, end)

    def matches(self, alarm: str, event: AlarmEvent, priority: Priority) -> bool:
        """Whether a line is of the kind that this expectation speaks of, its time aside."""
        name = self.alarm or self.none
        if event is not self.event or (name not in {alarm, ANY}):
            return False
        return self.priority is None or priority is self.priority


class TimelineDevice(Strict):
    """A device at the bed: the driver's (and twin's) word, and what its twin is set to."""

    driver: str
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _a_word_will_do(cls, data: object) -> object:
        if isinstance(data, str):
            return {"driver": data}
        if isinstance(data, Mapping) and "options" not in data:
            return {
                "driver": data.get("driver"),
                "options": {key: data[key] for key in data if key != "driver"},
            }
        return data


class BedTimeline(Strict):
    """Everything that happens at one bed."""

    phases: tuple[str, ...] = ()
    """A protocol test is told once in each of these phases, each from its beginning."""
    devices: dict[str, TimelineDevice] = Field(default_factory=dict)
    patient: PatientTrack | None = None
    series: tuple[Block, ...] = ()
    staff: tuple[StaffStep, ...] = ()
    faults: tuple[FaultStep, ...] = ()
    expect: tuple[Expect, ...] = ()

    @field_validator("faults")
    @classmethod
    def _each_time_is_a_fault(cls, faults: tuple[FaultStep, ...]) -> tuple[FaultStep, ...]:
        return tuple(each for fault in faults for each in fault.each())

    @model_validator(mode="after")
    def _devices_exist(self) -> Self:
        for fault in self.faults:
            if fault.device and self.devices and fault.device not in self.devices:
                msg = f"no device {fault.device!r} at this bed: {', '.join(self.devices)}"
                raise ValueError(msg)
        return self

    def frames(self) -> list[tuple[Span, str, Frame]]:
        """What the series deliver: offset, source, frame; in time order."""
        found = [(at, block.source, frame) for block in self.series for at, frame in block.frames()]
        return sorted(found, key=lambda each: each[0])

    def steps(self) -> list[StaffStep]:
        """What staff do, repeated steps written out: those before zero as written, then by time."""
        each = (each for step in self.staff for each in step.each())
        return sorted(each, key=lambda step: max(step.at, 0))

    @property
    def last(self) -> Span:
        """The last offset that any track speaks of."""
        times = [0]
        times += [
            block.at + block.step * max(map(len, block.steps().values())) for block in self.series
        ]
        times += [step.at for step in self.steps()]
        times += [fault.at + fault.lasts for fault in self.faults]
        times += [expect.window(0)[1] for expect in self.expect]
        if self.patient:
            times += [each.at + each.lasts for each in self.patient.reactions]
            times += [self.patient.course.stop] if self.patient.course else []
        return max(times)


_LIFTED: Final = frozenset(BedTimeline.model_fields)


class Timeline(Strict):
    """A whole document; one that describes a single bed is `beds: {"1": ...}`."""

    title: str
    note: str = ""
    protocol: str | None = None
    lasts: Duration | None = None
    beds: dict[str, BedTimeline] = Field(min_length=1)
    faults: tuple[FaultStep, ...] = ()
    expect: tuple[Expect, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_bed_needs_no_name(cls, data: object) -> object:
        if not isinstance(data, Mapping) or "beds" in data:
            return data
        bed = {key: data[key] for key in data if key in _LIFTED}
        return {key: data[key] for key in data if key not in _LIFTED} | {"beds": {"1": bed}}

    @property
    def end(self) -> Span:
        """Where the timeline is over: `lasts`, or a minute after the last thing in it."""
        if self.lasts is not None:
            return self.lasts
        return max(bed.last for bed in self.beds.values()) + MINUTE

    def host_faults(self) -> list[FaultStep]:
        """What befalls the daemon and the broker, in time order, wherever it was written."""
        written = [*self.faults, *(step for bed in self.beds.values() for step in bed.faults)]
        return sorted((step for step in written if not step.device), key=lambda step: step.at)
