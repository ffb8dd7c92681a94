"""The access list of a broker for one suite, in Mosquitto's form: who is not named may say and hear nothing. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitord.config.suite.suite import Suite
from monitord.errors import ConfigError

OWN: str = "monitord"
"""The name of monitord itself at the broker."""
DESK: str = "desk"
"""Who hears alarms and answers them."""
_DRIVER = "mqtt"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteTopics:
    """By gateway what it may write, and what the suite's own part of the broker is."""

    of_gateway: Mapping[str, Sequence[str]]
    own: Sequence[str]
    """What monitord says: alarms, its sign of life, what became of an answer."""
    answers: Sequence[str]


def topics_of(suite: Suite, gateways: Mapping[str, Sequence[str]]) -> SuiteTopics:
    """`gateways` are those that serve several beds, or have another name than `bed<ID>`; ConfigError for a bed that is none."""
    if unknown := sorted({bed for beds in gateways.values() for bed in beds} - suite.beds.keys()):
        raise ConfigError([f"no bed {unknown[0]!r} in the suite file"])
    whose = {bed: name for name, beds in gateways.items() for bed in beds}
    found: dict[str, list[str]] = {name: [] for name in gateways}
    for bed in suite.beds.values():
        for device in bed.devices.values():
            if device.driver.name == _DRIVER:
                config: Any = device.config
                topics = [config.fill(each, device.name) for each in config.topics()]
                found.setdefault(whose.get(bed.id, f"bed{bed.id}"), []).extend(topics)
    own, answers = [f"monitord/{suite.name}/#"], [f"monitord/{suite.name}/answers"]
    for destination in suite.destinations.values():
        if destination.notifier.name == _DRIVER:
            told: Any = destination.config
            own += [
                told.topic.format(suite=suite.name, bed="+"),
                told.status_topic.format(suite=suite.name),
            ]
            if told.answers:
                answers.append(told.answers_topic.format(suite=suite.name))
    return SuiteTopics(
        of_gateway={name: list(dict.fromkeys(topics)) for name, topics in found.items()},
        own=_without_covered(own),
        answers=list(dict.fromkeys(answers)),
    )


def acl_of(suite: str, topics: SuiteTopics) -> str:
    """The file."""
    return "\n".join(_lines(suite, topics)) + "\n"


def _lines(suite: str, topics: SuiteTopics) -> Iterator[str]:
    yield f"# Written by `monitord broker-certs` for the suite {suite}: who may say and hear what. What is not named is refused."
    yield ""
    yield "# Each gateway writes what its beds' devices publish, and nothing else; it hears nothing."
    for name, written in topics.of_gateway.items():
        yield f"user {name}"
        yield from (f"topic write {topic}" for topic in written or (f"beds/{name}/#",))
        yield ""
    yield "# monitord reads every bed, tells alarms, takes answers."
    yield f"user {OWN}"
    beds = [topic for written in topics.of_gateway.values() for topic in written]
    yield from (f"topic read {topic}" for topic in dict.fromkeys([*beds, "beds/#"]))
    yield from (f"topic readwrite {topic}" for topic in topics.own)
    yield from (f"topic read {topic}" for topic in _outside(topics.answers, topics.own))
    yield from (f"topic write {topic}/result" for topic in _outside(topics.answers, topics.own))
    yield ""
    yield "# The nurses' desk hears alarms and answers them; it can't pretend to be a bed, nor monitord."
    yield f"user {DESK}"
    yield from (f"topic read {topic}" for topic in topics.own)
    yield from (f"topic read {topic}/result" for topic in _outside(topics.answers, topics.own))
    yield from (f"topic write {topic}" for topic in topics.answers)


def _outside(topics: Iterable[str], beginnings: Sequence[str]) -> list[str]:
    return [each for each in topics if not any(_covers(wide, each) for wide in beginnings)]


def _without_covered(topics: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for each in topics:
        if not any(_covers(wide, each) for wide in kept):
            kept.append(each)
    return kept


def _covers(wide: str, topic: str) -> bool:
    return wide == topic or (wide.endswith("/#") and topic.startswith(wide[:-1]))
