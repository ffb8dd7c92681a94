"""`monitord approve --sheet`: what a medical director reads and signs."""

from collections.abc import Iterator

from monitord.config.approval import identity
from monitord.config.delays import delays
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


def sheet(protocol: Protocol) -> str:
    """The whole protocol on paper: phases, limits with source and confidence, questions, a line to sign."""
    return "\n".join(_lines(protocol)) + "\n"


def _lines(protocol: Protocol) -> Iterator[str]:
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
    for delay in delays(protocol):
        rule = protocol.rules[delay.rule]
        easing = f", ends {rule.hysteresis:g} inside" if rule.hysteresis else ""
        easing += f" for {span_text(rule.clear_delay)}" if rule.clear_delay else ""
        yield f"  {delay.text()}{easing}"
        yield f"      [{delay.level.confidence}] {delay.level.source or 'NO SOURCE'}"
    yield from (
        "",
        "[V] read in a public source, [V-] a weak one, [G] to be confirmed, [P] proposed",
    )
    yield from ("", "Sources", *(f"  {source}" for source in protocol.sources))
    yield from ("", "Questions on which published sources disagree")
    yield from (f"  {n}. {question}" for n, question in enumerate(OPEN_QUESTIONS, start=1))
    yield from (
        "",
        "monitord is a supplementary information system, not a medical device. The approved bedside",
        "monitor's own alarms stay on, and staff stay present. These limits are examples until signed.",
        "",
        "Approved by ______________________  role ______________________  date ______________",
    )
