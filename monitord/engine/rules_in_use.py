"""The rules of one bed by their keys, and what is worked out of them once: who reads what, who speaks for whom. Pure."""

from collections.abc import Mapping

from monitord.engine.rules import Rule
from monitord.model import Signal


class RulesInUse(dict[str, Rule]):
    """In the order of the keys: the same however an engine came to know them. It never changes: others take its place.

    `reading` has the rules that listen to a signal, `limits` those that hold its values against limits.
    """

    def __init__(self, rules: Mapping[str, Rule] | None = None) -> None:
        super().__init__(sorted((rules or {}).items()))
        self.reading: dict[Signal, tuple[str, ...]] = {}
        self.limits: dict[Signal, tuple[str, ...]] = {}
        self._leaders: dict[str, frozenset[str]] = {}
        for key, rule in self.items():
            for signal in rule.inputs:
                self.reading[signal] = (*self.reading.get(signal, ()), key)
            if (limited := rule.limit_of) is not None:
                self.limits[limited] = (*self.limits.get(limited, ()), key)

    def leaders(self, key: str) -> frozenset[str]:
        """The rules whose alarms are told in the place of this one's, and not this one's in theirs."""
        found = self._leaders.get(key)
        if found is None:
            rule = self[key]
            found = self._leaders[key] = frozenset(
                k for k, other in self.items() if other.leads(rule) and not rule.leads(other)
            )
        return found
