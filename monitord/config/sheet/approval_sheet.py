"""`monitord approve --sheet`: what a medical director reads and signs. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitord.config.checks.unsupplied_rules import unsupplied
from monitord.config.protocol.approval import identity
from monitord.config.sheet import term_words
from monitord.config.sheet.delay_words import delay_words
from monitord.config.sheet.differences import differences
from monitord.config.sheet.rule_words import rule_lines
from monitord.config.suite.suite import Suite
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.session.overlay import overlaid
from monitord.model import Signal

HOW_TO_READ = (
    "Each level says its priority, what must be true, and for how long; below it stands where the numbers come from:",
    "[V] read in a public source, [V-] a weak one, [G] to be confirmed, [P] proposed.",
    "For how long: the time grows while it is true; a good reading inside the limit takes it back twice as fast. Numbers",
    "that the device marks as doubtful (motion, low perfusion) need 15 s more.",
    "Twice: the first reading speaks at once, at the priority in brackets, and asks for another. The level's own priority",
    "comes when a second of the last three good readings, 30 s apart or more, is beyond the limit as well; or when no",
    "second reading comes in the time in brackets. A repeat on the good side ends it.",
    "Accepted baseline: the patient's own values before the drug, as staff accepted them.",
    "Inside the limit: so far on its good side. An alarm below 90 that ends when it is 2 inside the limit ends at 92.",
    "After an answer: an alarm that somebody answered is quiet until it is worse by that step than the worst that was",
    "answered, or until a deeper level; then it is told again at once.",
    "Low alarms are for the screen; whom medium and high ones reach, and when, is the suite's (`monitord routes`).",
)
OPEN_QUESTIONS = (
    "Which pressure stops an infusion: 165/100, 180/110 twice, 200/120 once, 160/110 after birth?",
    "Which diastolic limit: 100 (Maternal Early Warning Criteria), 105 (CRICO) or 110 (ACOG)?",
    "Observed how long: 2 h from the start; 60 min, 90 min or 2 h after the end; until stable?",
    "How often is pressure taken during the infusion: every 5, 10 or 15 min?",
    "First SpO2 limit: 95, 93 or 90 %? Breathing rate: 12/24 or 10/30?",
)
# Where published sources disagree; the bundled protocols take the stricter reading.
CLOSING = (
    "monitord is a supplementary information system, not a medical device. The approved bedside monitor's own alarms",
    "stay on, and staff stay present. These limits are examples until signed.",
)
SIGNATURE = "Approved by ______________________  role ______________________  date ______________"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines; a `part` begins anew on paper."""

    title: str
    lines: tuple[str, ...]
    part: bool = False


def sheet(
    protocol: Protocol,
    suite: Suite | None = None,
    before: Protocol | None = None,
    *,
    overlays: tuple[str, ...] | None = None,
) -> str:
    """The sheet as text."""
    return text_of(sections(protocol, suite, before, overlays=overlays))


def text_of(found: Iterable[Section]) -> str:
    """Sections as text, and a line to sign."""
    return "\n".join(line for section in found for line in _text(section)) + f"\n{SIGNATURE}\n"


def _text(section: Section) -> Iterator[str]:
    if section.part:
        yield from ("=" * 72, section.title, "=" * 72)
    else:
        yield section.title
    yield from (f"  {line}" if line else "" for line in section.lines)
    yield ""


def sections(
    protocol: Protocol,
    suite: Suite | None = None,
    before: Protocol | None = None,
    *,
    overlays: tuple[str, ...] | None = None,
) -> list[Section]:
    """The protocol whole, then whole again under each overlay that may be asked for; or, with `overlays`, under these alone.

    With a suite also the delays on its devices and the rules that they do not supply; with what was approved
    before, what changed since. OverlayError where an overlay contradicts the protocol.
    """
    found = list(_head(protocol, overlays))
    if overlays is None:
        found += _whole(protocol, suite)
        for name in protocol.overlays:
            if name not in protocol.always:
                found += _under(protocol, (name,), suite)
    else:
        found += _under(protocol, overlays, suite)
    if before is not None:
        changed = tuple(differences(before, protocol)) or ("nothing",)
        found.append(Section(f"Changed since {identity(before)}", changed))
    questions = tuple(f"{n}. {each}" for n, each in enumerate(OPEN_QUESTIONS, start=1))
    found.append(Section("Questions on which published sources disagree", questions))
    return [*found, Section("What it is", CLOSING)]


def _head(protocol: Protocol, overlays: tuple[str, ...] | None) -> Iterator[Section]:
    names = "".join(f" with {name}" for name in overlays or ())
    lines = [each for each in (protocol.title,) if each]
    for name in protocol.always:
        if name in protocol.overlays:
            lines += term_words.overlay_heading(name, protocol.overlays[name], always=True)
    if overlays:
        lines.append(
            "The approval is of the protocol with all of its overlays: this page is a part of it."
        )
    yield Section(f"PROTOCOL {identity(protocol)}{names}", tuple(lines), part=True)
    yield Section("How to read this", HOW_TO_READ)
    yield Section("Sources", protocol.sources)


def _under(protocol: Protocol, names: tuple[str, ...], suite: Suite | None) -> Iterator[Section]:
    title = f"WITH {' AND '.join(names)}"
    heads = (
        term_words.overlay_heading(name, protocol.overlays[name], always=name in protocol.always)
        for name in names
    )
    yield Section(title, tuple(line for head in heads for line in head), part=True)
    yield from _whole(overlaid(protocol, names), suite)


def _whole(protocol: Protocol, suite: Suite | None) -> Iterator[Section]:
    words: Iterable[tuple[str, Iterable[str]]] = (
        ("Phases", term_words.phases(protocol)),
        ("Before the infusion starts: all must hold, or be overridden with a reason", term_words.criteria(protocol.gate)),
        ("Readings and observations: how often", term_words.schedule(protocol)),
        ("One reading speaks for the patient for", term_words.freshness(protocol)),
        ("Rules: when an alarm begins, and how urgent it is", _rules(protocol)),
        ("The life of an alarm", term_words.alarm_times(protocol)),
        ("What is asked of staff; it moves no phase, no limit and no pump", term_words.prompts(protocol)),
        ("What a clinician may loosen for one patient, with the reason", term_words.adjustable(protocol)),
        ("Away from the bed", term_words.away(protocol)),
        ("Before the patient leaves: all must hold, unless a named clinician decides otherwise", term_words.criteria(protocol.discharge)),
        ("Forms that staff fill in", term_words.forms(protocol)),
        ("Said outside the bed's own detail as \"clinician needed\" alone", term_words.confidential(protocol)),
    )  # fmt: skip
    for title, lines in words:
        if found := tuple(lines):
            yield Section(title, found)
    yield Section(_DELAYS, tuple(delay_words(protocol, suite)))
    if suite is not None:
        lacking = tuple(f"{rule}: {why}" for rule, why in unsupplied(protocol, _supplied(suite)))
        yield Section(f"Rules that {suite.name} does not supply", lacking or ("none",))


_DELAYS = "How long after it begins staff are told, at most"


def _rules(protocol: Protocol) -> Iterator[str]:
    for name, rule in protocol.rules.items():
        yield from rule_lines(name, rule, protocol)
        yield ""


def _supplied(suite: Suite) -> frozenset[Signal]:
    return frozenset(
        signal
        for bed in suite.beds.values()
        for device in bed.devices.values()
        for signal in device.signals
    )
