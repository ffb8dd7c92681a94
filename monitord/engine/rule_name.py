"""What a rule is called where a nurse reads it: `low SpO2`, never `spo2_low`. Pure."""

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rule_by_key import rule_of
from monitord.engine.rules import Rule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.assess import AssessRule
from monitord.engine.rules.away import AwayRule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.combine import CombineRule
from monitord.engine.rules.crosscheck import CrosscheckRule
from monitord.engine.rules.equipment_fault import TechnicalRule
from monitord.engine.rules.help import HelpRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.only_doubtful import DoubtfulRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.overrun import OverrunRule
from monitord.engine.rules.pump import PumpRule
from monitord.engine.rules.score import ScoreRule
from monitord.engine.rules.stuck import StuckRule
from monitord.engine.rules.trend import TrendRule
from monitord.engine.rules.unstarted import UnstartedRule
from monitord.engine.rules.unsteady import UnsteadyRule
from monitord.model import SIGNALS, Sentence, Signal, say


def name_of(rule: Rule, item: str = "") -> Sentence:
    """Its own title where it has one, otherwise what it looks for; `item` is the title of what it says is overdue."""
    match rule:
        case OverrunRule():
            return say("as_written", text=rule.question)
        case TechnicalRule():
            return say(f"fault.{rule.cause}", subject=rule.subject or "monitord")
        case _ if rule.title:
            return say("as_written", text=rule.title)
        case LimitRule():
            if SIGNALS[rule.signal].manual and rule.signal is not Signal.MOAAS:
                return say("signal", signal=rule.signal)
            return say("name.low" if rule.low else "name.high", signal=rule.signal)
        case BurdenRule():
            low = rule.beyond.relation.low
            return say("name.burden_low" if low else "name.burden_high", signal=rule.signal)
        case TrendRule():
            falls = any(level.limit.relation.low for level in rule.levels)
            return say("name.falls" if falls else "name.rises", signal=rule.signal)
        case AbsenceRule():
            return say("name.absent", signal=rule.signal)
        case OverdueRule():
            return say("name.overdue", item=item or rule.item)
        case ScoreRule():
            return say("score.name")
        case CrosscheckRule() | PumpRule() | UnstartedRule() | CombineRule():
            return say(f"name.{rule.kind}")
        case HelpRule() | AwayRule() | AssessRule() | StuckRule():
            return say(f"name.{rule.kind}")
        case DoubtfulRule() | UnsteadyRule():
            return say(f"name.{rule.kind}", signal=rule.signal)


def named(key: str, protocol: Protocol) -> Sentence:
    """The rule of this key; a key that is nobody's stands as it is."""
    rule = rule_of(key, protocol)
    if rule is None:
        return say("as_written", text=key)
    item = protocol.schedule.get(rule.item)
    return name_of(rule, item.title if item else "")
