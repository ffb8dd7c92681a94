"""`monitord approve --sheet`: what a medical director reads and signs."""

from collections.abc import Iterator
from difflib import ndiff

from monitord.config.approval import identity
from monitord.config.delays import delays, resting
from monitord.config.suite import Suite
from monitord.engine.protocol import Protocol
from monitord.model import span_text

OPEN_QUESTIONS = (
    "Which pressure stops an infusion: 165/100, 180/110 twice, 200/120 once, 160/110 after birth?",
    "Which diastolic limit: 100 (Maternal Early Warning Criteria), 105 (CRICO) or 110 (ACOG)?",
    "Observed how long: 2 h from the start; 60 min, 90 min or 2 h after the end; until stable?",
    "How often is pressure taken during the infusion: every 5, 10 or 15 min?",
    "First SpO2 limit: 95, 93 or 90 %? Breathing rate: 12/24 or 10/30?",
)
# Where published sources disagree; the bundled protocols take the stricter reading.


def sheet(protocol: Protocol, suite: Suite | None = None, before: Protocol | None = None) -> str:
    """The whole protocol on paper: phases, limits with source and confidence, questions, a line to sign.

    With a suite also the rules that rest there; with what was approved before, what changed.
    """
    lines = list(_lines(protocol, suite))
    changes = [] if before is None else _changes(before, protocol)
    rests = [] if suite is None else _resting(protocol, suite)
    return "\n".join([*lines, *rests, *changes, *_CLOSING]) + "\n"


def _changes(before: Protocol, protocol: Protocol) -> list[str]:
    """Line by line, as the paper shows them."""
    differing = ndiff(list(_lines(before, None)), list(_lines(protocol, None)))
    found = [line for line in differing if line[0] in "+-"]
    return ["", f"Changed since {identity(before)}", *(found or ["  nothing"])]


def _resting(protocol: Protocol, suite: Suite) -> list[str]:
    supplied = {
        signal
        for bed in suite.beds.values()
        for device in bed.devices.values()
        for signal in device.signals
    }
    found = [f"  {rule}: {why}" for rule, why in resting(protocol, frozenset(supplied))]
    return ["", f"Rules that rest in {suite.name}", *(found or ["  none"])]


def _lines(protocol: Protocol, suite: Suite | None) -> Iterator[str]:
    yield f"PROTOCOL {identity(protocol)}"
    if protocol.title:
        yield protocol.title
    yield from ("", "Phases")
    for phase in protocol.phases:
        planned = span_text(phase.duration) if phase.duration else "until staff end it"
        yield f"  {phase.name:12} {phase.stage:10} {planned:10} {phase.title}"
    if not protocol.phases:
        yield "  none: for beds without a session"
    yield from ("", "Readings and observations")
    for name, item in protocol.schedule.items():
        every = ", ".join(f"{phase} {span_text(span)}" for phase, span in item.every.items())
        yield f"  {item.title or name}: every {every}"
    yield from ("", "A reading speaks for")
    for signal, span in protocol.fresh.items():
        yield f"  {signal:20} {span_text(span)}"
    alarms = protocol.alarms
    yield from (
        "",
        "Alarms",
        f"  acknowledged and still present: told again after {span_text(alarms.acknowledge_expires)}",
        f"  accepted: escalation rests for {span_text(alarms.accept_expires)}",
        f"  audio pause: {span_text(alarms.audio_pause)}",
        f"  latching: {', '.join(priority.word for priority in alarms.latching) or 'none'}",
        "",
        "Rules (condition delay + transport; the device's averaging comes on top)",
    )
    for delay in delays(protocol, suite):
        rule = protocol.rules[delay.rule]
        easing = f", ends {rule.hysteresis:g} inside" if rule.hysteresis else ""
        easing += f" for {span_text(rule.clear_delay)}" if rule.clear_delay else ""
        yield f"  {delay.text()}{easing}"
        yield f"      [{delay.level.confidence}] {delay.level.source or 'NO SOURCE'}"
    yield from (
        "",
        "[V] read in a public source, [V-] a weak one, [G] to be confirmed, [P] proposed",
    )
    if protocol.adjustable:
        yield from ("", "May be loosened for one patient by a clinician, with the reason")
    for each in protocol.adjustable:
        low, high = each.between
        named = f"{each.rule} {each.priority.word} {each.limit}"
        yield f"  {named}: {low:g} to {high:g}"
        yield f"      [{each.confidence}] {each.source or 'NO SOURCE'}"
    if protocol.prompts:
        yield from ("", "Asked of staff; moves no phase and no limit")
    for prompt in protocol.prompts.values():
        yield f"  {prompt.asks}"
        yield f"      [{prompt.confidence}] {prompt.source or 'NO SOURCE'}"
    if protocol.forms:
        yield from ("", "Forms")
    for form in protocol.forms.values():
        asks = [
            f"{i.title or i.name} above {i.asks_above}"
            for i in form.items
            if i.asks_above is not None
        ]
        at_once = f"; a clinician at once for {', '.join(asks)}" if asks else ""
        yield f"  {form.title or form.name}: {len(form.items)} items, the total shown{at_once}"
    yield from ("", "Sources", *(f"  {source}" for source in protocol.sources))
    yield from ("", "Questions on which published sources disagree")
    yield from (f"  {n}. {question}" for n, question in enumerate(OPEN_QUESTIONS, start=1))


_CLOSING = (
    "",
    "monitord is a supplementary information system, not a medical device. The approved bedside",
    "monitor's own alarms stay on, and staff stay present. These limits are examples until signed.",
    "",
    "Approved by ______________________  role ______________________  date ______________",
)
