"""What the session's protocol calls itself, its rules, forms and questions: words for paper instead of keys. Pure."""

from monitord.engine.readings.limit_value import parse_limit
from monitord.engine.readings.said_reading import beyond
from monitord.engine.rule_by_key import rule_of
from monitord.engine.rule_name import named
from monitord.model import in_words, vocabulary
from monitord.record.record import Record
from monitord.record.report_words import said


def titles(record: Record, protocol: str, overlays: tuple[str, ...] = ()) -> str:
    """The protocol and its overlays by their titles; what has none by its name without its underscores."""
    known = record.protocols.get(protocol)
    said = [(known.title if known else "") or plain(protocol)]
    for name in overlays:
        overlay = known.overlays.get(name) if known else None
        said.append((overlay.title if overlay else "") or plain(name))
    return ", ".join(said)


def in_force(record: Record) -> str:
    """The protocol under which the session was last, with its version; empty where none is known."""
    known = record.in_force
    if known is None:
        return ""
    name = known.title or plain(known.name)
    return said(record, "version", protocol=name, version=str(known.version))


def rule(record: Record, key: str) -> str:
    """`low SpO2`, as the page says it."""
    known = record.in_force
    if known is None or rule_of(key, known) is None:
        return plain(key)
    return in_words(named(key, known), record.language)


def limit(record: Record, written: str) -> str:
    """`below 90` of `<90`."""
    try:
        return in_words(beyond(parse_limit(written)), record.language)
    except ValueError:
        return written


def form(record: Record, name: str) -> str:
    """The form's title."""
    found = record.in_force.forms.get(name) if record.in_force else None
    return (found.title if found else "") or plain(name)


def item(record: Record, form_name: str, name: str) -> str:
    """The item's title; one whose text may not be copied has its number."""
    found = record.in_force.forms.get(form_name) if record.in_force else None
    items = {each.name: each.title for each in found.items} if found else {}
    return items.get(name) or plain(name)


def question(record: Record, name: str) -> str:
    """What was asked."""
    points = (*record.in_force.gate, *record.in_force.discharge) if record.in_force else ()
    asked = next((getattr(each, "asks", "") for each in points if each.name == name), "")
    return asked or plain(name)


def action(record: Record, kind: str) -> str:
    """What somebody did, by the type of the action."""
    return vocabulary("action", kind, record.language)


def plain(name: str) -> str:
    """A name that has no title."""
    return name.replace("_", " ")
