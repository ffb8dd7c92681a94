"""What an alarm says in words, one sentence a kind of rule. Pure."""

from typing import assert_never

from monitord.engine import session as visit
from monitord.engine.limit import Limit
from monitord.engine.patient import Patient
from monitord.engine.protocol import Stage
from monitord.engine.rules import Rule
from monitord.engine.rules.assess import AssessRule
from monitord.engine.rules.away import AwayRule
from monitord.engine.rules.burden import BurdenLevel, BurdenRule
from monitord.engine.rules.combine import CombineLevel, CombineRule, holding
from monitord.engine.rules.crosscheck import CrosscheckRule, beside
from monitord.engine.rules.help import HelpRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.overrun import OverrunRule
from monitord.engine.rules.pump import PumpRule, question
from monitord.engine.rules.score import ScoreRule
from monitord.engine.rules.stale import StaleRule
from monitord.engine.rules.technical import TechnicalRule
from monitord.engine.rules.trend import TrendRule
from monitord.engine.rules.unstarted import UnstartedRule
from monitord.engine.state import LevelState
from monitord.model import MINUTE, SIGNALS, Instant, Quality, Span


def sentence(rule: Rule, level: Level, found: LevelState, patient: Patient, at: Instant) -> str:
    """`SpO2 86 < 90 for 15 s`: what holds, since when. Never a name, never an order."""
    match rule:
        case LimitRule():
            return _limit(rule, level, found, patient)
        case TrendRule():
            reading = patient.readings.get(rule.signal)
            value = "" if reading is None or reading.value is None else f" {reading.value:g}"
            change = "" if found.value is None else f", {found.value:+g}"
            return f"{SIGNALS[rule.signal].label}{value}{change} in {spoken(rule.within)}"
        case BurdenRule():
            return _burden(rule, level, found, patient, at)
        case CombineRule():
            return _combined(rule, level, patient, at)
        case CrosscheckRule():
            return _pulses(rule, patient)
        case ScoreRule():
            limit = "" if found.limit is None else f" (limit {found.limit:g})"
            value = "?" if found.value is None else f"{found.value:.2g}"
            return f"{rule.title or 'shock index'} {value}{limit}: pulse over systolic pressure"
        case StaleRule():
            spec = SIGNALS[rule.signal]
            reading = patient.readings.get(rule.signal)
            bad = reading is not None and reading.quality is not Quality.GOOD
            why = str(reading.quality).replace("_", " ") if reading and bad else "no reading"
            return f"{spec.label}: {why} for {spoken(at - found.since)}"
        case OverdueRule():
            item = patient.protocol.schedule.get(rule.item)
            title = (item.title if item else "") or rule.item
            return f"{title} overdue by {spoken(at - found.since)}"
        case TechnicalRule():
            fault = patient.fault(rule.cause, rule.subject)
            detail = f": {fault.fault.detail}" if fault and fault.fault.detail else ""
            return f"{rule.subject or 'monitord'}: {_CAUSES[rule.cause.value]}{detail}"
        case OverrunRule():
            if rule.of != "infusion":
                return f"{rule.asks} It lasts {spoken(at - found.since)}"
            planned = visit.planned(patient.protocol, Stage.INFUSION)
            return f"{rule.asks} Planned {spoken(planned)} passed"
        case PumpRule():
            return question(found.value, patient.infusion)
        case AwayRule():
            away = patient.away
            return f"{rule.title} ({away.reason}, {away.by})" if away else rule.title
        case AssessRule():
            concern = patient.session.concern if patient.session else None
            return f"{rule.title} ({concern.says})" if concern else rule.title
        case UnstartedRule() | HelpRule():
            return rule.title
    assert_never(rule)


_CAUSES = {
    "journal": "the record cannot be written",
    "clock": "wall clock moved",
    "clock_set_back": "started before the record's end",
    "config": "settings refused",
    "quarantine": "bed not monitored",
    "forgotten": "an alarm would not be told again",
    "overload": "more than can be looked at",
    "destination": "alerts do not arrive",
    "station": "station not listening",
    "link": "connection lost",
    "gateway": "nothing comes through",
    "identity": "another device answers",
    "device": "device fault",
    "battery": "battery low",
    "device_alarm": "its own alarm",
    "implausible": "reading does not count",
}


def _limit(rule: LimitRule, level: Level, found: LevelState, patient: Patient) -> str:
    label = SIGNALS[rule.signal].label
    value = "?" if found.value is None else f"{found.value:g}"
    relation = level.limit.relation if isinstance(level, LimitLevel) else "beyond"
    limit = "" if found.limit is None else f"{found.limit:g}"
    if isinstance(level, LimitLevel) and found.value is not None and found.limit is not None:
        beyond = Limit(level.limit.relation, found.limit).violated_by(found.value)
        if not beyond:
            # Held by the hysteresis: the sentence must not say what is not so.
            return f"{label} {value}, was {relation} {limit}, not yet well inside"
    held = f" for {spoken(level.delay)}" if level.delay else ""
    if isinstance(level, LimitLevel) and level.twice_within is not None:
        held += ", twice"
    own = patient.baseline.get(rule.signal)
    if isinstance(level, LimitLevel) and level.of == "change" and own is not None:
        held += f", own {own:g}"
    return f"{label} {value} {relation} {limit}{held}"


def _burden(
    rule: BurdenRule, level: Level, found: LevelState, patient: Patient, at: Instant
) -> str:
    label = SIGNALS[rule.signal].label
    value = "" if found.value is None else f"{found.value:g} "
    known = patient.burden(rule.signal, rule.beyond)
    if known is None or not isinstance(level, BurdenLevel):
        return f"{label} {value}{rule.beyond}"
    now = known.until(at, patient.readings.get(rule.signal))
    recent = [dip for dip in now.dips if at - dip < level.within]
    low = rule.beyond.relation.low
    if level.dips is not None and len(recent) >= level.dips:
        often = f"{len(recent)} times in {spoken(level.within)}"
        return f"{label} {value}{'fell' if low else 'rose'} {rule.beyond} {often}"
    # How many points that is, `explain` says.
    return f"{label} {value}{'below' if low else 'above'} {rule.beyond.value:g} too far, too long"


def _combined(rule: CombineRule, level: Level, patient: Patient, at: Instant) -> str:
    if not isinstance(level, CombineLevel):
        return rule.title
    words = " and ".join(term.words for term in holding(level, patient, at))
    return f"{rule.title}: {words}" if rule.title else words


def _pulses(rule: CrosscheckRule, patient: Patient) -> str:
    pair = beside(patient)
    asks = rule.title or "right chair?"
    if pair is None:
        return asks
    return f"oximeter's pulse {pair[0].value:g}, cuff's {pair[1].value:g}: {asks}"


def spoken(span: Span) -> str:
    """`15 s`, `4 min`: how a person says it."""
    seconds = round(span / 1_000_000)
    return f"{seconds} s" if span < 3 * MINUTE else f"{round(span / MINUTE)} min"
