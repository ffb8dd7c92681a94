"""What is measured: signals with their units, one reading of one (sample), readings together (frame). Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from monitord.model.frozen import fast_frozen
from monitord.model.instant import Instant


class Signal(StrEnum):
    """A vital sign measured by a device, or a sign observed by staff."""

    SPO2 = "spo2"
    PULSE_RATE = "pulse_rate"
    PERFUSION_INDEX = "perfusion_index"
    HEART_RATE = "heart_rate"
    RESP_RATE = "resp_rate"
    ETCO2 = "etco2"
    NO_BREATH = "no_breath"
    TEMPERATURE = "temperature"
    NIBP_SYS = "nibp_sys"
    NIBP_DIA = "nibp_dia"
    NIBP_MAP = "nibp_map"
    NIBP_PULSE = "nibp_pulse"
    CUFF_PRESSURE = "cuff_pressure"
    INFUSION_RATE = "infusion_rate"
    INFUSION_VOLUME = "infusion_volume"
    INFUSION_RUNNING = "infusion_running"
    MOAAS = "moaas"
    ORIENTATION = "orientation"
    MOOD = "mood"
    NAUSEA = "nausea"
    VOMITING = "vomiting"
    DIZZINESS = "dizziness"
    DISSOCIATION = "dissociation"
    HALLUCINATION = "hallucination"
    DOUBLE_VISION = "double_vision"
    ANXIETY = "anxiety"
    HEADACHE = "headache"
    VISUAL_DISTURBANCE = "visual_disturbance"
    DYSPNOEA = "dyspnoea"
    CHEST_PAIN = "chest_pain"
    EPDS = "epds"
    EPDS_SELF_HARM = "epds_self_harm"


class Relation(StrEnum):
    """How a value stands to the limit that it violates."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="

    @property
    def low(self) -> bool:
        """Whether small values violate it."""
        return self in _LOW


_LOW = frozenset({Relation.BELOW, Relation.AT_MOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSpec:
    """Unit (UCUM) and the range outside which a number cannot be a reading of a living adult.

    What is `confidential` is an answer on a form: neither its name nor its value leaves the bed's own detail.
    """

    label: str
    unit: str
    low: float
    high: float
    manual: bool = False
    confidential: bool = False


def _scale(label: str, high: float = 3, *, confidential: bool = False) -> SignalSpec:
    """A staff scale, 0 none to 3 severe unless said otherwise (reference clinical 1.5)."""
    return SignalSpec(
        label=label, unit="1", low=0, high=high, manual=True, confidential=confidential
    )


SIGNALS: dict[Signal, SignalSpec] = {
    Signal.SPO2: SignalSpec(label="SpO2", unit="%", low=1, high=100),
    Signal.PULSE_RATE: SignalSpec(label="PR", unit="/min", low=1, high=321),
    Signal.PERFUSION_INDEX: SignalSpec(label="PI", unit="%", low=0, high=100),
    Signal.HEART_RATE: SignalSpec(label="HR", unit="/min", low=1, high=350),
    Signal.RESP_RATE: SignalSpec(label="RR", unit="/min", low=0, high=150),
    Signal.ETCO2: SignalSpec(label="EtCO2", unit="mm[Hg]", low=0, high=150),
    # Seconds since the last breath, as a device counts them; one byte on the wire (Capnostream).
    Signal.NO_BREATH: SignalSpec(label="no breath", unit="s", low=0, high=255),
    Signal.TEMPERATURE: SignalSpec(label="Temp", unit="Cel", low=10, high=50),
    Signal.NIBP_SYS: SignalSpec(label="SBP", unit="mm[Hg]", low=20, high=300),
    Signal.NIBP_DIA: SignalSpec(label="DBP", unit="mm[Hg]", low=10, high=250),
    Signal.NIBP_MAP: SignalSpec(label="MAP", unit="mm[Hg]", low=10, high=270),
    Signal.NIBP_PULSE: SignalSpec(label="cuff pulse", unit="/min", low=1, high=300),
    Signal.CUFF_PRESSURE: SignalSpec(label="cuff", unit="mm[Hg]", low=0, high=330),
    Signal.INFUSION_RATE: SignalSpec(label="rate", unit="mL/h", low=0, high=2000),
    Signal.INFUSION_VOLUME: SignalSpec(label="volume", unit="mL", low=0, high=10000),
    Signal.INFUSION_RUNNING: SignalSpec(label="pump running", unit="1", low=0, high=1),
    Signal.MOAAS: _scale("MOAA/S", 5),
    Signal.ORIENTATION: _scale("orientation"),
    Signal.MOOD: _scale("mood"),
    Signal.NAUSEA: _scale("nausea"),
    Signal.VOMITING: _scale("vomiting"),
    Signal.DIZZINESS: _scale("dizziness"),
    Signal.DISSOCIATION: _scale("dissociation"),
    Signal.HALLUCINATION: _scale("hallucination"),
    Signal.DOUBLE_VISION: _scale("double vision"),
    Signal.ANXIETY: _scale("anxiety"),
    Signal.HEADACHE: _scale("headache"),
    Signal.VISUAL_DISTURBANCE: _scale("visual disturbance"),
    Signal.DYSPNOEA: _scale("dyspnoea"),
    Signal.CHEST_PAIN: _scale("chest pain"),
    Signal.EPDS: _scale("EPDS", 30, confidential=True),
    Signal.EPDS_SELF_HARM: _scale("EPDS item 10", confidential=True),
}

NIBP = frozenset({Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP, Signal.NIBP_PULSE})
"""The signals of one cuff measurement: asked for, timed and overdue together."""

PRESSURES = NIBP - {Signal.NIBP_PULSE}
"""What a cuff says of the pressure."""

SYMPTOMS = frozenset(
    {
        Signal.NAUSEA,
        Signal.VOMITING,
        Signal.DIZZINESS,
        Signal.DISSOCIATION,
        Signal.HALLUCINATION,
        Signal.DOUBLE_VISION,
        Signal.ANXIETY,
        Signal.HEADACHE,
        Signal.VISUAL_DISTURBANCE,
        Signal.DYSPNOEA,
        Signal.CHEST_PAIN,
    }
)
"""What staff ask the patient in one round: 0 none, 1 mild, 2 moderate, 3 severe."""


class Quality(StrEnum):
    """`good`, or why a reading is not."""

    GOOD = "good"
    LOW_PERFUSION = "low_perfusion"
    MOTION = "motion"
    INTERFERENCE = "interference"
    PROBE_OFF = "probe_off"
    NO_SENSOR = "no_sensor"
    SEARCHING = "searching"
    SENSOR_FAULT = "sensor_fault"
    CUFF_ERROR = "cuff_error"
    CUFF_INFLATED = "cuff_inflated"
    REPEATED = "repeated"
    DEMO = "demo"
    IMPLAUSIBLE = "implausible"
    INVALID = "invalid"
    DOUBTED = "doubted"
    UNKNOWN_AGE = "unknown_age"

    # Attributes of each word, set below: they are asked of every sample.
    usable: bool
    """Whether the value may be compared with a limit at all."""
    doubtful: bool
    """Whether a number of this quality may raise an alarm, and may never end one or count as good."""
    marked: bool
    """Whether it is doubtful by the device's own mark."""
    may_raise: bool
    """Whether a number of this quality may be compared with a limit at the bedside."""


_USABLE = frozenset({Quality.GOOD, Quality.LOW_PERFUSION})
_DOUBTFUL = frozenset(
    {Quality.LOW_PERFUSION, Quality.MOTION, Quality.INTERFERENCE, Quality.DOUBTED}
)
# `unknown_age`: it says when it was taken, in words that are not understood. It never counts as one of now.
# `doubted` is the engine's own word: pressures that hardly go together, until the next reading.

for _quality in Quality:
    _quality.usable = _quality in _USABLE
    _quality.doubtful = _quality in _DOUBTFUL
    _quality.marked = _quality.doubtful and _quality is not Quality.DOUBTED
    _quality.may_raise = _quality is Quality.GOOD or _quality.doubtful


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One reading: `value` in the signal's own unit, None exactly where there is no number.

    `measured_at` is the device's own clock, kept as metadata: device clocks run free.
    """

    signal: Signal
    value: float | None
    quality: Quality = Quality.GOOD
    measured_at: Instant | None = None


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The samples that arrived together: one event, one journal row."""

    type: Literal["frame"] = field(default="frame", repr=False)
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """At most one second of a waveform, raw device units, oldest first; never journaled."""

    name: str
    rate_hz: float
    values: tuple[int, ...]
