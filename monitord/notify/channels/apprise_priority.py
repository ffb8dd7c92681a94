"""How urgent a message is, in the words of the service that an Apprise URL names. Pure.

What the URL itself says goes first: who wrote `priority=low` there wants that always.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from monitord.model import Priority

_HIGH, _MEDIUM, _LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW
Words = Mapping[Priority | None, str]


def _words(high: str, medium: str, low: str, news: str) -> Words:
    return {_HIGH: high, _MEDIUM: medium, _LOW: low, None: news}


_PUSH = {"priority": _words("emergency", "high", "normal", "moderate")}
_PUSHSAFER = {"priority": _words("emergency", "high", "normal", "medium")}
_OPSGENIE = {
    # Apprise counts the other way round: its "emergency" arrives as P5, the least. P1 arrives as P1.
    "priority": _words("p1", "p2", "p3", "p5"),
    # Else it makes a note of what is low or over, to an alert that it does not find, and sends nothing.
    "action": _words("new", "new", "new", "new"),
}
_TWO_WORDS = {"priority": _words("high", "high", "normal", "normal")}
_MAIL = {
    "+X-Priority": _words("1", "2", "3", "5"),
    "+Importance": _words("high", "high", "normal", "low"),
    "+Priority": _words("urgent", "urgent", "normal", "non-urgent"),
}
SCALES: dict[str, Mapping[str, Words]] = {
    "mailto": _MAIL,
    "mailtos": _MAIL,
    "ntfy": {"priority": _words("max", "high", "default", "low")},
    "ntfys": {"priority": _words("max", "high", "default", "low")},
    "pover": _PUSH,
    "opsgenie": _OPSGENIE,
    "jira": _OPSGENIE,
    "gotify": _PUSH,
    "gotifys": _PUSH,
    "prowl": _PUSH,
    "psafer": _PUSHSAFER,
    "psafers": _PUSHSAFER,
    "join": _PUSH,
    "spush": {"priority": _words("5", "4", "3", "2")},
    "simplepush": {"priority": _words("5", "4", "3", "2")},
    "bark": {"level": _words("critical", "timeSensitive", "active", "passive")},
    "barks": {"level": _words("critical", "timeSensitive", "active", "passive")},
    "pushward": {"level": _words("critical", "time-sensitive", "active", "passive")},
    "signalgrid": {"critical": _words("yes", "no", "no", "no")},
    "pagerduty": {"severity": _words("critical", "error", "warning", "info")},
    "pagertree": {"urgency": _words("critical", "high", "medium", "low")},
    "squadcast": {"priority": _words("P1", "P2", "P3", "P5")},
    "firehydrant": {"level": _words("fatal", "error", "warn", "info")},
    "ilert": {"priority": _words("high", "high", "low", "low")},
    "lametric": {"priority": _words("critical", "warning", "info", "info")},
    "lametrics": {"priority": _words("critical", "warning", "info", "info")},
    "dapnet": {"priority": _words("emergency", "normal", "normal", "normal")},
    "smseagle": _TWO_WORDS,
    "smseagles": _TWO_WORDS,
    "exotel": _TWO_WORDS,
    "gorush": _TWO_WORDS,
    "gorushs": _TWO_WORDS,
}
"""By the URL's scheme: what is added to it, for high, medium, low, and news that asks nobody to come.

Critical alerts of a phone (heard also where it is muted) are what `bark`, `pushward` and `signalgrid` call critical; Pushover's emergency comes
again until somebody confirms it on the phone.
"""


def with_priority(url: str, asks: Priority | None) -> str:
    """The URL with the service's own word for the priority; as it is where it says one, or the service has none."""
    scheme = url.partition("://")[0].lower()
    scale = SCALES.get(scheme, {})
    query = url.partition("?")[2]
    known = {name.lower().lstrip("+ ") for name, _ in parse_qsl(query, keep_blank_values=True)}
    added = [
        f"{name.replace('+', '%2B')}={words[asks]}"
        for name, words in scale.items()
        if name.lower().lstrip("+") not in known
    ]
    if not added:
        return url
    return f"{url}{'&' if query else '?' if '?' not in url else ''}{'&'.join(added)}"
