"""What a message says to a person: bed, priority, value against limit, since when. Never a name."""

from collections.abc import Iterable
from string import Template
from typing import Annotated

from pydantic import AfterValidator

from monitord.model import AlarmEvent, AlarmLine, Notify, iso
from monitord.notify.notifier import Bundle

SIMULATED = "SIMULATED"
NOT_DURABLE = "NOT DURABLE"
RAISING = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE, AlarmEvent.REMINDER})
OVER = frozenset({AlarmEvent.CLEAR, AlarmEvent.END})

_PLACES = "suite", "bed", "alarm", "id"


def _link(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("write http:// or https://")
    try:
        text.format(**dict.fromkeys(_PLACES, ""))
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"places that can be filled are {', '.join(_PLACES)}") from error
    return text


Link = Annotated[str, AfterValidator(_link)]
"""Where a reader finds more: `https://station.example/#bed={bed}`."""


def where(line: AlarmLine) -> str:
    """`bed 1`, or `suite` for what belongs to no bed."""
    return "suite" if line.bed is None else f"bed {line.bed}"


def headline(line: AlarmLine, *, durable: bool = True) -> str:
    """`SIMULATED HIGH bed 1: SpO2 84 < 85 for 5 s`; `over` where the alarm has ended."""
    marks = [SIMULATED] * line.simulated + [NOT_DURABLE] * (not durable)
    over = " - over" if line.event in OVER else ""
    return " ".join([*marks, line.priority.name, f"{where(line)}: {line.text}{over}"])


def reading(line: AlarmLine) -> str:
    """`84 % against 85 %`; empty where no number is behind the alarm."""
    if line.value is None:
        return ""
    unit = f" {line.unit}" if line.unit and line.unit != "1" else ""
    against = "" if line.limit is None else f" against {line.limit:g}{unit}"
    return f"{line.value:g}{unit}{against}"


def link_of(line: AlarmLine, link: str | None) -> str:
    """The link with its places filled; empty without one."""
    if link is None:
        return ""
    bed = line.bed or "suite"
    return link.format(suite=line.suite, bed=bed, alarm=line.alarm, id=line.id)


def facts(message: Notify, *, durable: bool, link: str | None = None) -> dict[str, str]:
    """Every part of a message by its name: what templates and environments are filled from."""
    line = message.line
    return {
        "suite": line.suite,
        "bed": line.bed or "",
        "where": where(line),
        "alarm": line.alarm,
        "id": line.id,
        "key": message.key,
        "event": line.event.value,
        "priority": line.priority.word,
        "kind": line.kind.value,
        "reason": message.reason.value,
        "text": line.text,
        "headline": headline(line, durable=durable),
        "value": "" if line.value is None else f"{line.value:g}",
        "unit": line.unit or "",
        "limit": "" if line.limit is None else f"{line.limit:g}",
        "reading": reading(line),
        "at": iso(line.at),
        "since": iso(line.since),
        "phase": line.phase or "",
        "by": line.by or "",
        "link": link_of(line, link),
        "simulated": SIMULATED if line.simulated else "",
    }


def details(message: Notify, *, link: str | None = None) -> list[str]:
    """The lines below a headline."""
    line = message.line
    since = f"since {iso(line.since)[11:19]} UTC"
    state = ", ".join(filter(None, [line.event.value, line.phase, line.by and f"by {line.by}"]))
    return [part for part in (reading(line), since, state, link_of(line, link)) if part]


def latest(messages: Iterable[Notify]) -> list[Notify]:
    """Of each alarm its last message, in the order of the first ones."""
    by_alarm: dict[str, Notify] = {}
    for message in messages:
        by_alarm[message.line.id] = message
    return list(by_alarm.values())


def again(bundle: Bundle) -> str:
    """`3rd start of late`; empty for a first one."""
    if bundle.starts < 2:
        return ""
    last = 0 if bundle.starts % 100 in {11, 12, 13} else bundle.starts % 10
    return f"{bundle.starts}{_ORDINAL.get(last, 'th')} start of late"


_ORDINAL = {1: "st", 2: "nd", 3: "rd"}


def title_of(bundle: Bundle) -> str:
    """One line for the whole bundle."""
    told = latest(bundle.messages)
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return headline(told[0].line, durable=bundle.durable) + more


def body_of(bundle: Bundle, *, link: str | None = None) -> str:
    """Everything about each alarm of the bundle, its keys last."""
    parts = []
    for message in latest(bundle.messages):
        parts += [headline(message.line, durable=bundle.durable), *details(message, link=link)]
        parts += [f"ref {message.key}", ""]
    if repeated := again(bundle):
        parts.insert(1, repeated)
    return "\n".join(parts).rstrip()


TEMPLATE_PLACES = frozenset(
    {
        "suite",
        "bed",
        "where",
        "alarm",
        "id",
        "key",
        "event",
        "priority",
        "kind",
        "reason",
        "text",
        "headline",
        "value",
        "unit",
        "limit",
        "reading",
        "at",
        "since",
        "phase",
        "by",
        "link",
        "simulated",
    }
)
"""The names of `facts`."""


def check_template(text: str, places: frozenset[str] = TEMPLATE_PLACES) -> str:
    """A template whose `$places` all exist; ValueError names those that do not."""
    template = Template(text)
    if not template.is_valid():
        raise ValueError("a `$` that is no place: write `$$` for the sign itself")
    if unknown := sorted(set(template.get_identifiers()) - places):
        raise ValueError(
            f"no such place: {', '.join(unknown)}; there are {', '.join(sorted(places))}"
        )
    return text
