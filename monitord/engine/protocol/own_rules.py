"""The rules that every bed has, whatever its protocol. Pure.

Those about blindness speak of the signals that the protocol expects without a pause.
"""

from typing import Final

from monitord.engine.protocol.confidential import ASSESS
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import Rule
from monitord.engine.rules.assess import AssessRule
from monitord.engine.rules.away import AwayRule
from monitord.engine.rules.help import HelpRule
from monitord.engine.rules.only_doubtful import DoubtfulRule
from monitord.engine.rules.stuck import StuckRule
from monitord.engine.rules.unsteady import UnsteadyRule
from monitord.model import Signal

HELP: Final = "help"
AWAY: Final = "away"
STUCK: Final = "stuck"


def unsteady(signal: Signal) -> str:
    """The key of the rule about a signal that is lost again and again."""
    return f"unsteady:{signal}"


def own_rules(protocol: Protocol) -> dict[str, Rule]:
    """Each by its key; no name of a protocol's rule has a colon."""
    found: dict[str, Rule] = {
        HELP: HelpRule(),
        AWAY: AwayRule(),
        ASSESS: AssessRule(),
        STUCK: StuckRule(),
    }
    for signal in protocol.continuous:
        found[unsteady(signal)] = UnsteadyRule(signal=signal)
        found[f"doubtful:{signal}"] = DoubtfulRule(signal=signal)
    return found
