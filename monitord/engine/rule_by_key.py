"""Which rule a key names. Pure."""

from monitord.engine.alarms.fault_keys import fault_of
from monitord.engine.protocol.own_rules import own_rules
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import Rule
from monitord.engine.rules.equipment_fault import TechnicalRule


def rule_of(key: str, protocol: Protocol) -> Rule | None:
    """The rule of this key: one that every bed has, a fault's `cause:subject`, or the protocol's."""
    if (own := own_rules(protocol).get(key)) is not None:
        return own
    if (fault := fault_of(key)) is not None:
        return TechnicalRule(cause=fault[0], subject=fault[1])
    return protocol.rules.get(key)
