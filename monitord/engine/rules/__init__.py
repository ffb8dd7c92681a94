"""The closed set of rules, one kind a file; a rule is a frozen value without memory.

Input: the view of one patient. Output: per level true, false or unknown, with a sentence and the instant to
look again. Pure.
"""

from typing import Annotated

from pydantic import Field

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

_Written = (
    LimitRule
    | TrendRule
    | BurdenRule
    | CombineRule
    | ScoreRule
    | CrosscheckRule
    | AbsenceRule
    | OverdueRule
    | OverrunRule
    | PumpRule
    | UnstartedRule
)

ProtocolRule = Annotated[_Written, Field(discriminator="kind")]
"""A rule that a protocol file may hold."""

Rule = (
    _Written
    | TechnicalRule
    | HelpRule
    | AssessRule
    | AwayRule
    | StuckRule
    | DoubtfulRule
    | UnsteadyRule
)
"""Any rule that an engine evaluates."""
