"""What the event stream carries, by the name of the event. Pure."""

from dataclasses import dataclass
from typing import Any

from monitord.station.views.views import AlarmView, BedView, Millis, PriorityWord, UnmonitoredView


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloView:
    """Which suite this is; `notice` is what every page must say beside the disclaimers.

    `build` is of the page that the station serves now: another page is older, and reloads itself.
    """

    suite: str
    notice: str
    beds: list[str]
    build: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatView:
    """Engine time and the last journal sequence; `tests` are stations with a test alarm that waits.

    `sent` is in milliseconds of the daemon's own clock, of which only differences mean something:
    a page sees by them what was held back on its way.
    """

    now: Millis
    sent: float
    seq: int
    closed: bool
    tests: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenView:
    """A bed (null: the suite) that the daemon cannot show, and why."""

    bed: str | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteAlarmsView:
    """The alarms of the suite's own equipment."""

    alarms: list[AlarmView]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveBlockView:
    """A piece of a waveform in raw device units, `rate` values a second."""

    bed: str
    name: str
    rate: float
    values: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WavesView:
    """The newest pieces of every bed."""

    waves: list[WaveBlockView]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """An alarm line as log, MQTT and webhook have it; times are ISO 8601."""

    schema: int
    id: str
    at: str
    suite: str
    bed: str | None
    session: str | None
    alarm: str
    signal: str | None
    event: str
    priority: PriorityWord
    kind: str
    value: float | None
    unit: str | None
    limit: float | None
    since: str
    phase: str | None
    protocol: str | None
    reason: str
    text: str
    simulated: bool
    by: str | None
    inhibited_by: str | None
    worst: float | None
    worst_at: str | None
    value_at: str | None
    says: list[dict[str, Any]]
    relation: str | None
    compares: str | None
    state: str | None
    audio_paused: bool
    confidential: bool
    durable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvents:
    """The data of each event; one event is sent at a time."""

    hello: HelloView
    heartbeat: HeartbeatView
    tile: BedView
    suite: SuiteAlarmsView
    unmonitored: UnmonitoredView
    broken: BrokenView
    alarm: LineView
    waves: WavesView
