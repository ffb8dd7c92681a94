"""How the usual gateways write: named in the suite file, so that nobody has to find it out. Pure.

What the suite file says itself wins over its dialect.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from monitord.model import Signal

DialectName = Literal[
    "zigbee2mqtt", "home_assistant", "tasmota", "esphome", "openmqttgateway", "theengs"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`time` and `identity` are JMESPaths; `bare` says that a topic carries one number.

    `availability` makes a topic of the pattern `within` of the device's own topic. `nested` says that readings
    stand in an object of their sensor's name, `beacons` that it also publishes messages without a reading.
    """

    time: str | None = None
    bare: bool = False
    nested: bool = False
    beacons: bool = False
    within: str = ""
    availability: str = ""
    names: Mapping[Signal, str] = field(default_factory=dict)

    def availability_topic(self, topic: str) -> str | None:
        """Where the gateway says whether it is there; None where the dialect has no such place."""
        found = re.fullmatch(self.within, topic) if self.availability else None
        return found.expand(self.availability) if found else None


def laid_open(found: Any) -> Any:
    """A document with what stands in its objects beside it, by small letters; nothing that two of them have."""
    if not isinstance(found, dict):
        return found
    inner = [
        (key.casefold().replace("heartrate", "heart_rate"), value)
        for part in found.values()
        if isinstance(part, dict)
        for key, value in part.items()
    ]
    times = Counter(key for key, _ in inner)
    return {key: value for key, value in inner if times[key] == 1} | found


_NAMES: Final = {
    Signal.PULSE_RATE: "pulse_rate || hr || heart_rate || pulse || bpm",
    Signal.PERFUSION_INDEX: "pi || perfusion_index",
    Signal.TEMPERATURE: "temperature || tempc",
    Signal.NIBP_SYS: "nibp_sys || systolic || sys",
    Signal.NIBP_DIA: "nibp_dia || diastolic || dia",
    Signal.NIBP_MAP: "nibp_map || map || mean",
    Signal.NIBP_PULSE: "nibp_pulse || pulse",
}
_THEENGS: Final = Dialect(
    time="UTCtime || unixtime",
    beacons=True,
    within=r"(.+)/BTtoMQTT(?:/.*)?",
    availability=r"\1/LWT",
    names=_NAMES,
)

DIALECTS: Final[dict[DialectName, Dialect]] = {
    # `{"spo2": 97, "last_seen": ...}` on zigbee2mqtt/NAME; {"state": "online"} on .../availability.
    "zigbee2mqtt": Dialect(
        time="last_seen", within=r"([^+#]+)", availability=r"\1/availability", names=_NAMES
    ),
    # statestream: one state a topic, `unavailable`, `unknown` or None for none.
    "home_assistant": Dialect(bare=True),
    # {"Time": "2026-01-05T10:00:15", "SENSOR'S NAME": {...}} on tele/NAME/SENSOR; Online, Offline on tele/NAME/LWT.
    "tasmota": Dialect(
        time="Time",
        nested=True,
        within=r"(.+)/(?:SENSOR|STATE)",
        availability=r"\1/LWT",
        names=_NAMES,
    ),
    # One number a topic, `nan` for none; online, offline on NAME/status.
    "esphome": Dialect(bare=True, within=r"(.+?)/sensor/.+", availability=r"\1/status"),
    # A message a beacon on GATEWAY/BTtoMQTT/ADDRESS; online, offline on GATEWAY/LWT.
    "openmqttgateway": _THEENGS,
    "theengs": _THEENGS,
}
