"""What the engines decided goes out: to the outbox, to a device, to the station, into the log.

Alarm lines leave as their public lines: whoever is added here reads nothing confidential.
"""

from collections.abc import Callable

import structlog

from monitord.daemon.health.metrics import Metrics
from monitord.daemon.host.station_host import StationHost
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Emission
from monitord.model import (
    AlarmLine,
    Answered,
    BaselineTaken,
    Effect,
    Notify,
    RequestReading,
    Withdraw,
    public_line,
)
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from monitord.station.host import Changed, Told

_log = structlog.get_logger()

Heard = Callable[[AlarmLine, bool], None]
"""Takes an alarm line, and whether it is durable."""


class Dispatch:
    """Sends each effect where it belongs; `heard`, where given, takes every alarm line too."""

    def __init__(
        self,
        *,
        clock: LiveClock,
        outbox: OutboxDispatcher,
        devices: Devices,
        host: StationHost,
        metrics: Metrics,
        heard: Heard | None,
    ) -> None:
        self._clock = clock
        self._outbox = outbox
        self._devices = devices
        self._host = host
        self._metrics = metrics
        self._heard = heard

    def release(self, released: Emission) -> None:
        """Never raises: an effect that fails is a line in the log, and the others go out."""
        effects = [_public(effect) for effect in released.effects]
        self._metrics.released(effects, released.arrived_at, self._clock.now())
        for effect in effects:
            try:
                self._send(effect, released)
            except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
                _log.error("effect_failed", bed=released.bed, type=effect.type, exc_info=error)
        self._host.publish(Changed(seq=released.seq, bed=released.bed))
        # People are told first: a line of the log takes as long as all of that.
        for effect in effects:
            if isinstance(effect, AlarmLine):
                _log_alarm(effect, durable=released.durable)

    def _send(self, effect: Effect, released: Emission) -> None:
        match effect:
            case AlarmLine():
                told = Told(seq=released.seq, line=effect, durable=released.durable)
                self._host.publish(told)
                if self._heard is not None:
                    self._heard(effect, released.durable)
            case Notify():
                self._outbox.put(effect, durable=released.durable)
            case Withdraw():
                self._outbox.withdraw(effect.alarm)
            case RequestReading():
                self._devices.request(effect)
            case Answered() | BaselineTaken():
                pass


def _public(effect: Effect) -> Effect:
    """As everybody may have it; what a destination is told, the outbox decides for each."""
    return public_line(effect) if isinstance(effect, AlarmLine) else effect


def _log_alarm(line: AlarmLine, *, durable: bool) -> None:
    _log.info(
        "alarm",
        bed=line.bed,
        id=line.id,
        what=line.event.value,
        priority=line.priority.word,
        reason=line.reason.value,
        durable=durable,
    )
