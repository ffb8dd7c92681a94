"""Oximeters that publish, and the ear that times the answers: one process, one clock, plain sockets."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.wire import Wire, publish

# Near enough to each other to be believed at once (`engine/readings/plausibility.py`).
WELL, ILL = 93, 86
PATIENCE_S = 10.0
"""So long after the last sample an alarm may still come; it stands in the figures with its delay."""


def sample(bed: str, t: float, spo2: int) -> bytes:
    said = {"bed": bed, "t": round(t, 3), "spo2": spo2, "pulse_rate": 71}
    return publish(f"suite/{bed}/oximeter", json.dumps(said))


def template(bed: str) -> bytes:
    """A sample of a patient who is well but for its time, ten digits and six decimals: `% seconds`."""
    mark = "1000000000.000000"
    said = f'{{"bed": "{bed}", "t": {mark}, "spo2": {WELL}, "pulse_rate": 71}}'
    return publish(f"suite/{bed}/oximeter", said).replace(mark.encode(), b"%.6f")


@dataclass(slots=True)
class Heard:
    """What came of a load."""

    latencies: list[float] = field(default_factory=list)
    """Seconds from the publishing of the first sample beyond the limit to its alarm."""
    missed: int = 0
    sent: int = 0


class Load:
    """`beds` oximeters on one connection, an ear on another; `every` n-th sample breaks the limit."""

    def __init__(self, broker: int, beds: list[str]) -> None:
        self._beds = beds
        self._out = Wire(broker, "bench-out")
        self._in = Wire(broker, "bench-in")
        self._in.subscribe("alerts/+")
        self._broke: dict[str, float] = {}
        self._beat = 0
        self.heard = Heard()

    def close(self) -> None:
        self._out.close()
        self._in.close()

    def run(self, seconds: float, *, rate_hz: float = 1.0, every: int = 10) -> Heard:
        """Publishes evenly over time, then waits for what is not yet heard: late is not missed.

        It ends when the next sample would be due, so that a run after this one goes on at the same
        pace: of two samples with one time only the first is news.
        """
        self.heard = Heard()
        pause = 1 / rate_hz / len(self._beds)
        start = due = time.perf_counter()
        turn = 0
        while due < start + seconds:
            bed = self._beds[turn % len(self._beds)]
            self._publish(bed, ill=(turn // len(self._beds) + turn % len(self._beds)) % every == 0)
            turn += 1
            due = start + turn * pause
            self._listen_until(due)
        self._listen_until(time.perf_counter() + PATIENCE_S, idle_ok=True)
        self.heard.missed = len(self._broke)
        self._broke.clear()
        return self.heard

    def _publish(self, bed: str, *, ill: bool) -> None:
        # Encoded before it is stamped: the load's own work is no system's latency.
        data = sample(bed, time.time(), ILL if ill else WELL)
        if ill:
            self._broke[bed] = time.perf_counter()
        self._out.send(data)
        self.heard.sent += 1

    def _listen_until(self, due: float, *, idle_ok: bool = False) -> None:
        while (left := due - time.perf_counter()) > 0:
            if idle_ok and not self._broke:
                return
            for topic, payload in self._in.heard(left):
                now = time.perf_counter()
                line = json.loads(payload)
                if line["alarm"] == "spo2_low" and line["event"] == "start":
                    began = self._broke.pop(topic.rpartition("/")[2], None)
                    if began is not None:
                        self.heard.latencies.append(now - began)

    # Floods.

    def flood(
        self, rate: float, seconds: float, *, patience: float, taken: Callable[[int], bool] | None
    ) -> bool:
        """Samples of patients who are well at `rate` a second; whether the system kept up.

        It did when `taken` says within `patience` after the last sample that so many were taken;
        without `taken` when an alarm came for each bed, of a last sample that is beyond the limit.
        Samples go out in bursts of 2 ms.
        """
        count = self._flow(rate, seconds)
        end = time.perf_counter() + patience
        if taken is not None:
            while not (done := taken(count)) and time.perf_counter() < end:
                time.sleep(0.01)
            return done
        for bed in self._beds:
            self._publish(bed, ill=True)
        self._listen_until(end, idle_ok=True)
        in_time = not self._broke
        self._listen_until(end + 30, idle_ok=True)
        self._broke.clear()
        for bed in self._beds:
            self._publish(bed, ill=False)
        return in_time

    def _flow(self, rate: float, seconds: float) -> int:
        burst, count = max(1, round(rate * 0.002)), int(rate * seconds)
        start = time.perf_counter()
        stamp, ready = time.time(), [template(bed) for bed in self._beds]
        for turn in range(0, count, burst):
            # Times of one bed go on from sample to sample: what is told twice is no news.
            data = b"".join(
                ready[number % len(ready)] % (stamp + number / rate)
                for number in range(turn, min(turn + burst, count))
            )
            if (left := start + turn / rate - time.perf_counter()) > 0:
                time.sleep(left)
            self._out.send(data)
        if time.perf_counter() - start > seconds * 1.1:
            raise OverflowError("the broker or the load is at its limit")
        return count
