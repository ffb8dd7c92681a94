"""`/metrics`, `/health/live` and `/health/ready` beside the station's page; for this machine alone.

Live: the task that alarms come out of turns. Ready: besides, everything decided can be recorded
and every bed is looked at. A device or destination that fails is an alarm, not unreadiness.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from monitord import __version__
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.certificate_expiry import CertificateWatch
from monitord.daemon.health.liveness import Liveness
from monitord.daemon.health.metrics import CONTENT_TYPE, Metrics
from monitord.daemon.health.watcher_check import watcher_file, watcher_trouble
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.sequencing.clock import LiveClock, boot_time
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.engine.readings.coverage import totals
from monitord.engine.session.away_from_bed import absences
from monitord.model import SECOND
from monitord.notify.channels.terminal import goes_into_log
from monitord.notify.outbox_dispatcher import OutboxDispatcher

Rows = Iterable[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Reads the parts of a running daemon."""

    sequencer: Sequencer
    outbox: OutboxDispatcher
    devices: Devices
    clock: LiveClock
    alive: Liveness
    current: CurrentSuite
    certificates: CertificateWatch

    def live(self) -> bool:
        return self.alive.beating

    def ready(self) -> dict[str, Any]:
        """Each part, and `ready`."""
        journal = not self.sequencer.behind
        quarantined = sorted(bed or "suite" for bed in self.sequencer.quarantined)
        return {
            "ready": self.live() and journal and not quarantined,
            "version": __version__,
            "live": self.live(),
            "journal": journal,
            "watcher": None if (file := watcher_file()) is None else self._watcher(file),
            "quarantined": quarantined,
            "open_sessions": self.sequencer.open_sessions,
            "links": {f"{bed}/{name}": link.up for bed, name, link in self.devices},
            "destinations": {
                name: worker.failures == 0 for name, worker in self.outbox.workers.items()
            },
            "settings_changed": self.current.changes,
            # Where a destination `terminal` writes: `monitord check` asks, whose own terminal says nothing of it.
            "suite": self.current.suite.name,
            "output_is_log": goes_into_log(sys.stderr),
        }

    @staticmethod
    def _watcher(file: Path) -> bool:
        return watcher_trouble(file, boot_time()) is None

    def gauges(self) -> Iterator[Metric]:
        """What Prometheus is told of the present."""
        now = self.clock.now()
        queues = {"inbox": len(self.sequencer.inbox), "journal": self.sequencer.unrecorded}
        lags = {"inbox": self.sequencer.inbox.oldest}
        for name, worker in self.outbox.workers.items():
            queues[f"outbox {name}"] = len(worker)
            lags[f"outbox {name}"] = worker.oldest
        yield _gauge("info", "Always 1", ("version",), [((__version__,), 1)])
        yield _gauge(
            "queue_length", "What waits", ("queue",), [((q,), n) for q, n in queues.items()]
        )
        waits = {q: (0 if at is None else (now - at) / SECOND) for q, at in lags.items()}
        rows = [((queue,), wait) for queue, wait in waits.items()]
        yield _gauge("queue_lag_seconds", "How long the first of them has waited", ("queue",), rows)
        links = [((bed, name), float(bool(link.up))) for bed, name, link in self.devices]
        yield _gauge("link_up", "1 while the device speaks", ("bed", "device"), links)
        rejected = [((bed, name), link.rejected) for bed, name, link in self.devices]
        text = "Bytes that belonged to no valid frame"
        yield _counter("bytes_rejected", text, ("bed", "device"), rejected)
        yield _gauge(
            "coverage_seconds",
            "How long of the open session each signal was monitored, degraded, blind or paused",
            ("bed", "signal", "watch"),
            self._coverage(),
        )
        yield _counter(
            "samples_disbelieved",
            "Readings since the patient came that no finger and no cuff shows, by reason",
            ("bed", "device", "signal", "why"),
            self._disbelieved(),
        )
        shed = [((bed or "",), count) for bed, count in self.sequencer.inbox.shed.items()]
        yield _counter("frames_shed", "Readings that there was no room for", ("bed",), shed)
        yield _counter(
            "intake_shed",
            "Messages, bytes and readings not looked at because the device sent too much",
            ("bed", "device"),
            list(self.devices.shed.items()),
        )
        recorder = self.devices.recorder
        gaps = [((), float(recorder.lost if recorder else 0))]
        yield _counter("recording_lost", "Rows of live recordings that were left out", (), gaps)
        given_up = [((), float(self.sequencer.unwritten))]
        yield _counter("entries_unwritten", "What the journal never got", (), given_up)
        dropped = [((name,), worker.shed) for name, worker in self.outbox.workers.items()]
        text = "Repetitions that there was no room for"
        yield _counter("messages_shed", text, ("destination",), dropped)
        left = [((what,), days) for what, days in self.certificates.days_left().items()]
        text = "Until each certificate of the suite ends, as of the last hour"
        yield _gauge("certificate_days_left", text, ("certificate",), left)
        for name, value, text in (
            ("journal_up", not self.sequencer.behind, "1 while what is decided is recorded first"),
            ("journal_seq", self.sequencer.seq, "Number of the newest recorded event"),
            ("sessions_open", self.sequencer.open_sessions, "Patients that are watched"),
            ("beds_quarantined", len(self.sequencer.quarantined), "Beds given up until a restart"),
            ("clock_offset_seconds", self.clock.offset() / SECOND, "Wall clock less engine time"),
        ):
            yield _gauge(name, text, (), [((), float(value))])

    def _disbelieved(self) -> Rows:
        for bed, engine in self.sequencer.engines.items():
            for each in engine.state.belief.rejected:
                labels = bed or "", each.source, each.signal.value, each.why.value
                yield labels, each.count

    def _coverage(self) -> Rows:
        for bed, engine in self.sequencer.engines.items():
            state = engine.state
            latest = {reading.signal: reading for reading in state.readings}
            for ledger in state.coverage:
                found: Counter[str] = Counter()
                away = absences(state.session, state.now)
                spans = totals(ledger, latest.get(ledger.signal), state.now, away)
                for (watch, _), lasted in spans.items():
                    found[watch.value] += lasted
                for watched, lasted in found.items():
                    yield (bed or "", ledger.signal.value, watched), lasted / SECOND


def add_health(app: FastAPI, health: Health, metrics: Metrics) -> FastAPI:
    """The station's app with these three addresses."""

    @app.get("/metrics", include_in_schema=False)
    async def read_metrics() -> Response:
        return Response(metrics.page(), media_type=CONTENT_TYPE)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> JSONResponse:
        return JSONResponse({"live": health.live()}, 200 if health.live() else 503)

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        parts = health.ready()
        return JSONResponse(parts, 200 if parts["ready"] else 503)

    return app


def _gauge(name: str, text: str, labels: tuple[str, ...], rows: Rows) -> Metric:
    family = GaugeMetricFamily(f"monitord_{name}", text, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family


def _counter(name: str, text: str, labels: tuple[str, ...], rows: Rows) -> Metric:
    family = CounterMetricFamily(f"monitord_{name}", text, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family
