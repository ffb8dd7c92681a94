"""Settings of the MQTT driver: which broker, which topics, what stands in a payload. Pure."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from devices.mqtt.mqtt_dialect import DIALECTS, Dialect, DialectName
from devices.mqtt.mqtt_path import Path
from devices.mqtt.mqtt_payload import MappedReading, Paths, default_readings
from devices.mqtt.mqtt_words import Words
from monitord.model import SECOND, Duration, Signal, Span

DELAY: Final[Span] = 8 * SECOND
"""Assumed of an oximeter behind a gateway, where the suite file has no better: averages are 4-8 s."""

_DEFAULT_SIGNALS: Final = (Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX)
_BROKER: Final = re.compile(r"mqtts?://(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")
_PLACE: Final = re.compile(r"\{(\w*)\}")


def check_broker(url: str) -> str:
    """The address itself; a ValueError never repeats it, as it may hold a password."""
    if "@" in url:
        raise ValueError("write the user as `user` and the password as `password_file`")
    found = _BROKER.fullmatch(url)
    if found is None or not 0 < int(found["port"] or 1) < 65536:
        raise ValueError("write mqtt://HOST[:PORT], or mqtts:// for TLS")
    return url


def check_topic(topic: str) -> str:
    """The topic filter itself; ValueError where MQTT (4.7) allows no such filter."""
    *before, last = topic.split("/")
    if not topic or "\0" in topic or len(topic.encode()) > 65_535:
        raise ValueError(f"{topic[:60]!r} is no topic")
    if any("#" in level for level in before) or ("#" in last and last != "#"):
        raise ValueError(f"{topic}: # stands alone, as the last level")
    if any("+" in level and level != "+" for level in (*before, last)):
        raise ValueError(f"{topic}: + stands alone in its level")
    return topic


Topic = Annotated[str, AfterValidator(check_topic)]


class BrokerTls(BaseModel):
    """Files in PEM. Without `ca` the system's authorities are trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None


def _as_words(given: object) -> object:
    """One word, or the list of a suite file: of those the strict settings take none but a tuple."""
    if isinstance(given, str):
        return (given,)
    return tuple(given) if isinstance(given, list) else given


Word = Annotated[str, Field(min_length=1, max_length=100)]
WordList = Annotated[tuple[Word, ...], BeforeValidator(_as_words)]


class Availability(BaseModel):
    """The topic on which a gateway, or its last will, says whether it is there.

    A bare word in any case, a bool, a number, or JSON, of which `path` (a JMESPath) or a usual key such as
    `state` has the word. `online` and `offline` are a word or a list; without them the usual words are known.
    A word that is neither is a device fault, and the link does not count as up until one is understood.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    topic: Topic
    path: Path | None = None
    online: WordList = ()
    offline: WordList = ()

    @model_validator(mode="after")
    def _one_meaning_each(self) -> "Availability":
        online, offline = (
            {word.strip().casefold() for word in each} for each in (self.online, self.offline)
        )
        if both := sorted(online & offline):
            raise ValueError(
                f"{both[0]!r} stands in online and in offline: it can mean one of them"
            )
        return self

    @property
    def words(self) -> Words:
        """What it understands."""
        return Words(self.online, self.offline)


class MqttConfig(BaseModel):
    """One device on a broker.

    Topics may hold wildcards, and `{device}` for the device's name in the suite file or `{word}`
    for any word of `values`. Without `readings` the payload is the default schema with `signals`.
    `identity` is what `paths.identity` must find: another device under this topic is a fault.
    `dialect` names the gateway: it gives paths, names and availability that are not written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    broker: Annotated[str, AfterValidator(check_broker)]
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    client_id: str | None = Field(default=None, max_length=200)
    user: str | None = None
    password_file: str | None = None
    password_env: str | None = None
    tls: BrokerTls | None = None
    topic: Topic | None = None
    values: dict[str, str] = {}
    qos: Literal[0, 1] = 1
    dialect: DialectName | None = None
    signals: Annotated[tuple[Annotated[Signal, Field(strict=False)], ...], Field(strict=False)] = (
        _DEFAULT_SIGNALS
    )
    readings: Annotated[tuple[MappedReading, ...], Field(strict=False)] = ()
    paths: Paths = Paths()
    identity: str | None = None
    availability: Availability | None = None
    delay: Duration = Field(default=DELAY, ge=0)
    simulated: bool = False

    @model_validator(mode="after")
    def _complete(self) -> "MqttConfig":
        wanted = self.wanted()
        if not wanted:
            raise ValueError("signals: name at least one")
        if self.topic is None and any(reading.topic is None for reading in wanted):
            raise ValueError("topic: missing, and not every reading has one of its own")
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("password_file and password_env: write one of them")
        if (self.password_file or self.password_env) and self.user is None:
            raise ValueError("user: a password needs one")
        if self.tls is not None and not self.secure:
            raise ValueError("tls: write the broker as mqtts://")
        if self.identity is not None and self.paths.identity is None:
            raise ValueError("identity: say in paths.identity where a payload holds it")
        for topic in self.topics():
            self.fill(topic, "device")
        return self

    def wanted(self) -> tuple[MappedReading, ...]:
        """The readings, those of the default schema where none are written."""
        if self.readings:
            return self.readings
        if self._dialect is None:
            return default_readings(self.signals)
        return default_readings(self.signals, self._dialect.names, bare=self._dialect.bare)

    @property
    def _dialect(self) -> Dialect | None:
        return None if self.dialect is None else DIALECTS[self.dialect]

    @property
    def read_paths(self) -> Paths:
        """`paths`, those of the dialect where it writes none."""
        if self._dialect is None:
            return self.paths
        own = {key: getattr(self.paths, key) for key in self.paths.model_fields_set}
        usual = {"time": self._dialect.time, "sequence": None, "quality": None}
        return Paths(**usual | own)

    @property
    def nested(self) -> bool:
        """Whether readings stand in an object of their sensor's name."""
        return self._dialect is not None and self._dialect.nested

    @property
    def beacons(self) -> bool:
        """Whether messages without a reading are usual, and say nothing."""
        return self._dialect is not None and self._dialect.beacons

    def told_by(self) -> Availability | None:
        """Where the gateway says whether it is there: as written, or as its dialect has it."""
        if self.availability is not None or self._dialect is None:
            return self.availability
        topic = self.topic or self.wanted()[0].topic or ""
        found = self._dialect.availability_topic(topic)
        return None if found is None else Availability(topic=found)

    def topics(self) -> list[str]:
        """All topics, their places not filled."""
        topics = [reading.topic or self.topic or "" for reading in self.wanted()]
        if (told := self.told_by()) is not None:
            topics.append(told.topic)
        return list(dict.fromkeys(topics))

    def fill(self, topic: str, device: str) -> str:
        """The topic with its places filled; ValueError for one that nothing fills."""
        values: Mapping[str, str] = {"device": device, **self.values}

        def value(place: re.Match[str]) -> str:
            if place[1] not in values:
                raise ValueError(f"{topic}: {{{place[1]}}} is not in values")
            if not values[place[1]] or set(values[place[1]]) & set("+#\0"):
                raise ValueError(f"{topic}: {place[1]} can't be {values[place[1]]!r}")
            return values[place[1]]

        return check_topic(_PLACE.sub(value, topic))

    @property
    def secure(self) -> bool:
        return self.broker.startswith("mqtts://")

    @property
    def host(self) -> str:
        return str(self._address["host"]).strip("[]")

    @property
    def port(self) -> int:
        """As written, or the registered one."""
        return int(self._address["port"] or (8883 if self.secure else 1883))

    @property
    def _address(self) -> re.Match[str]:
        found = _BROKER.fullmatch(self.broker)
        assert found is not None, "validated"  # noqa: S101
        return found
