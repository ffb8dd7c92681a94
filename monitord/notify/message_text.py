"""What a message says to a person: bed, priority, value against limit, since when. Never a name."""

from collections.abc import Iterable
from math import isfinite
from string import Template
from typing import Annotated

from pydantic import AfterValidator

from monitord.model import AlarmEvent, AlarmLine, Notify, Priority, Sentence, in_words, iso, say
from monitord.model.outside_text import one_line
from monitord.notify.notifier import Bundle

SIMULATED = in_words(say("told.mark", mark="simulated"))
NOT_DURABLE = in_words(say("told.mark", mark="not_durable"))
ANSWERS = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT, AlarmEvent.REJECT})
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
    return in_words(_where(line))


def _where(line: AlarmLine) -> Sentence:
    return say("told.suite") if line.bed is None else say("told.bed", bed=line.bed)


def headline(line: AlarmLine, *, durable: bool = True) -> str:
    """`SIMULATED HIGH bed 1: SpO2 84 now, below 85 for 5 s`; of an answer whose it is."""
    return one_line(in_words(_headline(line, durable=durable)))


def _headline(line: AlarmLine, *, durable: bool) -> Sentence:
    text: str | Sentence = line.text
    if line.by and line.event in ANSWERS:
        text = say(f"told.{line.event}", by=line.by, text=text)
    elif line.event in OVER and not line.says:
        # Queued by 0.1, whose texts do not say it.
        text = say("told.over", text=text)
    said = say("told", priority=line.priority.word, where=_where(line), text=text)
    if not durable:
        # Behind: a small display that cuts the line keeps the value.
        said = say("told.unrecorded", mark="not_durable", what=said)
    return say("told.marked", mark="simulated", what=said) if line.simulated else said


def asks(line: AlarmLine) -> Priority | None:
    """How urgently the message asks somebody to come; None where it is news alone."""
    return line.priority if line.event.asks else None


def number(value: float | None) -> str:
    """`84`, `36.6`; empty where there is no number."""
    if value is None or not isfinite(value):
        return ""
    # Never with an exponent: HL7 has none.
    return f"{value + 0.0:.6f}".rstrip("0").rstrip(".")


def reading(line: AlarmLine) -> str:
    """`84 %, limit 85 %`, of a rule of change `change -8 %, limit -4 %`; empty where no number is behind the alarm."""
    if not number(line.value):
        return ""
    value = _number(line.value or 0.0, line.unit)
    if line.compares == "change" and line.unit is not None:
        value = say("told.change", value=line.value or 0.0, unit=line.unit)
    elif line.compares == "difference":
        value = say("told.difference", value=line.value or 0.0)
    if not number(line.limit):
        return in_words(value)
    return in_words(say("told.limit", reading=value, limit=_number(line.limit or 0.0, line.unit)))


def _number(value: float, unit: str | None) -> Sentence:
    if unit is None or unit == "1":
        return say("told.reading_plain", value=value)
    return say("told.reading", value=value, unit=unit)


def link_of(line: AlarmLine, link: str | None) -> str:
    """The link with its places filled; empty without one."""
    if link is None:
        return ""
    bed = line.bed or "suite"
    return link.format(suite=line.suite, bed=bed, alarm=line.alarm, id=line.id)


def facts(message: Notify, *, durable: bool, link: str | None = None) -> dict[str, str]:
    """Every part of a message by its name: what templates and environments are filled from."""
    line = message.line
    found = {
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
        "signal": line.signal or "",
        "value": number(line.value),
        "value_at": "" if line.value_at is None else iso(line.value_at),
        "worst": number(line.worst),
        "unit": line.unit or "",
        "limit": number(line.limit),
        "relation": line.relation or "",
        "compares": line.compares or "",
        "reading": reading(line),
        "state": line.state or "",
        "at": iso(line.at),
        "since": iso(line.since),
        "phase": line.phase or "",
        "by": line.by or "",
        "link": link_of(line, link),
        "simulated": SIMULATED if line.simulated else "",
    }
    return {name: one_line(text) for name, text in found.items()}


def details(message: Notify, *, link: str | None = None) -> list[str]:
    """The lines below a headline."""
    line = message.line
    since = in_words(say("told.since", time=iso(line.since)[11:19]))
    state = ", ".join(
        filter(
            None, [line.event.value, line.phase, line.by and in_words(say("told.by", by=line.by))]
        )
    )
    parts = (reading(line), since, state, link_of(line, link))
    return [one_line(part) for part in parts if part]


def latest(messages: Iterable[Notify]) -> list[Notify]:
    """Of each alarm its last message, in the order of the first ones."""
    by_alarm: dict[str, Notify] = {}
    for message in messages:
        by_alarm[message.line.id] = message
    return list(by_alarm.values())


def again(bundle: Bundle) -> str:
    """`started 3 times lately`; empty for a first one."""
    return "" if bundle.starts < 2 else in_words(say("told.again", times=bundle.starts))


def by_urgency(messages: Iterable[Notify]) -> list[Notify]:
    """Of each alarm its last message; what asks somebody to come leads, worst first."""
    return sorted(latest(messages), key=lambda message: -(asks(message.line) or 0))


def title_of(bundle: Bundle) -> str:
    """One line for the whole bundle."""
    told = by_urgency(bundle.messages)
    first = _headline(told[0].line, durable=bundle.durable)
    more = first if len(told) == 1 else say("told.more", what=first, count=len(told) - 1)
    return one_line(in_words(more))


def display_of(bundle: Bundle, at_most: int) -> str:
    """One line for a small display: the leading message cut short, so that every other one is named with its bed."""
    lead, *others = by_urgency(bundle.messages)
    first = headline(lead.line, durable=bundle.durable)
    if not others:
        return first[:at_most]
    named = dict.fromkeys(in_words(_named(each.line)) for each in others)
    rest = one_line(in_words(say("told.besides", others=", ".join(named))))
    return f"{first[: max(0, at_most - len(rest))]}{rest}"[:at_most]


def _named(line: AlarmLine) -> Sentence:
    if line.event in OVER:
        return say("told.bed_over", where=_where(line))
    if line.event in ANSWERS - {AlarmEvent.REJECT}:
        return say("told.bed_answered", where=_where(line))
    return say("told.bed_priority", priority=line.priority.word, where=_where(line))


def body_of(bundle: Bundle, *, link: str | None = None) -> str:
    """Everything about each alarm of the bundle, its keys last."""
    parts = []
    for message in by_urgency(bundle.messages):
        parts += [headline(message.line, durable=bundle.durable), *details(message, link=link)]
        parts += [one_line(in_words(say("told.key", key=message.key))), ""]
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
        "signal",
        "value",
        "value_at",
        "worst",
        "unit",
        "limit",
        "relation",
        "compares",
        "reading",
        "state",
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
