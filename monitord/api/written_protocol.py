"""A protocol from its file, and changed copies of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitord.engine.protocol import protocol as written


@dataclass(frozen=True, kw_only=True, repr=False)
class Protocol:
    """What a clinic decided for one therapy."""

    value: written.Protocol = field(repr=False)

    def __repr__(self) -> str:
        return f"Protocol({self.identity})"

    @classmethod
    def load(cls, name: str | Path) -> Protocol:
        """The protocol that comes with monitord under this name, or of this file; ConfigError lists every fault."""
        from monitord.config import read_protocol

        return cls(value=read_protocol(str(name)))

    @property
    def identity(self) -> str:
        """Name, version and hash, as alarm lines have it: another hash is another protocol."""
        from monitord.config import identity

        return identity(self.value)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules."""
        return tuple(self.value.rules)

    def changed(
        self,
        rule: str,
        priority: str | None = None,
        *,
        was: str | float | None = None,
        phase: str | None = None,
        **settings: Any,
    ) -> Protocol:
        """A copy in which one rule has other settings: `changed("spo2_low", "medium", was=90, limit=88, delay="5s")`.

        Without `priority` they are the rule's own. With it they are those of the level of that priority, in every
        phase, or in `phase` alone where that has levels for itself; `was` is its limit, where several levels have that
        priority. A bare number for a limit keeps its direction. ConfigError for what cannot be followed.
        """
        from monitord.config.files.reader import nearest
        from monitord.engine.protocol.protocol import PROTOCOL
        from monitord.errors import ConfigError

        document = PROTOCOL.dump_python(self.value, mode="json")
        if rule not in document["rules"]:
            raise ConfigError([f"no rule {rule!r}{nearest(rule, document['rules'])}"])
        place = document["rules"][rule]
        if priority is not None:
            meant = _levels(place, rule, priority, was, phase)
        elif was is None and phase is None:
            meant = [place]
        else:
            raise ConfigError([f"{rule}: name the priority of the level that is meant"])
        for holder in meant:
            for key, value in settings.items():
                if key not in holder:
                    raise ConfigError(
                        [f"{rule} has no setting {key!r} there{nearest(key, holder)}"]
                    )
                holder[key] = _as_written(value, holder[key]) if key == "limit" else value
        return self._checked(document)

    def without(self, *rules: str) -> Protocol:
        """A copy without these rules; ConfigError for what could not be followed."""
        from monitord.config.files.reader import nearest
        from monitord.engine.protocol.protocol import PROTOCOL
        from monitord.errors import ConfigError

        document = PROTOCOL.dump_python(self.value, mode="json")
        for rule in rules:
            if document["rules"].pop(rule, None) is None:
                raise ConfigError([f"no rule {rule!r}{nearest(rule, self.value.rules)}"])
        return self._checked(document)

    @staticmethod
    def _checked(document: dict[str, Any]) -> Protocol:
        from pydantic import ValidationError

        from monitord.config.protocol.protocols import contradictions
        from monitord.engine.protocol.protocol import PROTOCOL
        from monitord.errors import ConfigError, in_words

        try:
            value = PROTOCOL.validate_python(document)
        except ValidationError as error:
            raise ConfigError([in_words(error)]) from error
        if found := [f"{'.'.join(map(str, loc))}: {why}" for loc, why in contradictions(value)]:
            raise ConfigError(found)
        return Protocol(value=value)


def _levels(
    rule: dict[str, Any], name: str, priority: str, was: str | float | None, phase: str | None
) -> list[dict[str, Any]]:
    """The level that is meant, in each set of levels that has it; ConfigError where it is none or one of several."""
    from monitord.config.files.reader import nearest
    from monitord.errors import ConfigError

    owns = rule.get("phases", {})
    if phase is not None and phase not in owns:
        raise ConfigError([f"{name} has no levels for {phase!r} alone{nearest(phase, owns)}"])
    sets = [rule["levels"], *owns.values()] if phase is None else [owns[phase]]
    same = [[each for each in levels if each["priority"] == priority] for levels in sets]
    if not any(same):
        known = {each["priority"] for levels in sets for each in levels}
        raise ConfigError([f"{name} has no level {priority!r}{nearest(priority, known)}"])
    limits = dict.fromkeys(str(each.get("limit")) for levels in same for each in levels)
    if was is not None:
        same = [
            [each for each in levels if each.get("limit") == _as_written(was, each.get("limit"))]
            for levels in same
        ]
    if not any(same) or any(len(levels) > 1 for levels in same):
        why = f"say which {priority} level of {name} is meant by was=: {', '.join(limits)}"
        raise ConfigError([why])
    return [each for levels in same for each in levels]


def _as_written(value: Any, like: object) -> Any:
    """A bare number as a limit in the direction of another."""
    relation = re.match(r"[<>]=?", str(like))
    bare = isinstance(value, int | float) and relation is not None
    return f"{relation[0]}{value:g}" if bare and relation else value


def protocol_of(given: Protocol | str | Path) -> Protocol:
    """A protocol as it is, or the one of this name or file."""
    return given if isinstance(given, Protocol) else Protocol.load(given)
