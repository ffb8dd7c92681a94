"""What the daemon counts of itself, for Prometheus. No patient data: beds, devices, alarms by name.

Counters and histograms are fed as things happen; gauges are read when somebody asks.
"""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from monitord.model import SECOND, AlarmLine, Attempt, Effect, Frame, Instant, Notify, Span

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_DECISION_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
# Around what is promised, 100 ms from arrival to release, up to what is a fault.
_DELIVERY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WAITING_AT_MOST = 10_000
# Notifications whose delivery is timed at once; of those beyond it the oldest is not timed.


class Metrics:
    """One daemon's registry; `gauges` gives what is read at the moment of asking."""

    def __init__(self, gauges: Callable[[], Iterable[Metric]]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Gauges(gauges))
        self._frames = self._counter("frames", "Groups of readings that arrived", "bed", "device")
        self._unusable = self._counter(
            "samples_unusable",
            "Readings without good quality",
            "bed",
            "device",
            "signal",
            "quality",
        )
        self._alarms = self._counter(
            "alarm_lines", "What happened to alarms", "bed", "alarm", "event", "priority", "kind"
        )
        self._failures = self._counter(
            "delivery_failures", "Attempts to tell that failed", "destination"
        )
        self._decision = Histogram(
            "monitord_decision_seconds",
            "From a reading's or action's arrival to the release of what follows",
            buckets=_DECISION_S,
            registry=self._registry,
        )
        self._delivery = Histogram(
            "monitord_delivery_seconds",
            "From the decision to tell to the destination's taking it",
            ("destination",),
            buckets=_DELIVERY_S,
            registry=self._registry,
        )
        self._waiting: dict[str, tuple[str, Instant]] = {}
        self._hospital_rows = self._counter(
            "hospital_rows", "Rows that the hospital's cluster took"
        )
        self._hospital_age = Gauge(
            "monitord_hospital_age_seconds",
            "How old the newest row was when the hospital's cluster took it",
            registry=self._registry,
        )

    def to_hospital(self, rows: int, age: Span) -> None:
        """The hospital's cluster took so many rows, the newest of that age."""
        self._hospital_rows.inc(rows)
        self._hospital_age.set(age / SECOND)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"monitord_{name}", text, labels, registry=self._registry)

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)

    def arrived(self, bed: str, device: str, frame: Frame) -> None:
        """A device said something."""
        self._frames.labels(bed, device).inc()
        for sample in frame.samples:
            if not sample.quality.usable:
                labels = bed, device, sample.signal.value, sample.quality.value
                self._unusable.labels(*labels).inc()

    def released(self, effects: Iterable[Effect], arrived_at: Instant | None, now: Instant) -> None:
        """What followed from one event (or, without `arrived_at`, from time alone) left."""
        if arrived_at is not None:
            self._decision.observe((now - arrived_at) / SECOND)
        for effect in effects:
            match effect:
                case AlarmLine():
                    self._alarms.labels(
                        effect.bed or "",
                        effect.alarm,
                        effect.event.value,
                        effect.priority.word,
                        effect.kind.value,
                    ).inc()
                case Notify():
                    while len(self._waiting) >= _WAITING_AT_MOST:
                        del self._waiting[next(iter(self._waiting))]
                    self._waiting[effect.key] = (effect.destination, now)
                case _:
                    pass

    def settled(self, outcome: Attempt) -> None:
        """One attempt to tell ended."""
        destination, since = self._waiting.get(outcome.key, ("", outcome.at))
        if outcome.error is not None:
            self._failures.labels(destination).inc()
        elif destination:
            self._delivery.labels(destination).observe((outcome.at - since) / SECOND)
        if outcome.error is None or outcome.next_at is None:
            self._waiting.pop(outcome.key, None)


class _Gauges(Collector):
    def __init__(self, gauges: Callable[[], Iterable[Metric]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        return self._gauges()

    def describe(self) -> Iterable[Metric]:
        """Nothing ahead of time: the registry need not ask a daemon that is not there yet."""
        return ()
