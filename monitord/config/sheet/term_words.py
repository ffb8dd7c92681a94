"""What a protocol decides besides its rules, in words: phases, gate, schedule, leaving, prompts, and more. Pure."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from monitord.config.sheet.level_words import asked
from monitord.config.sheet.value_words import (
    also,
    compared,
    exact,
    name_of,
    phase_titles,
    source_of,
)
from monitord.engine.protocol.confidential import confidential_of
from monitord.engine.protocol.criterion import (
    Criterion,
    ElapsedCriterion,
    QuestionCriterion,
    QuietCriterion,
    ReadingCriterion,
)
from monitord.engine.protocol.form import Form
from monitord.engine.protocol.prompt import AlarmPrompt, Prompt, WindowPrompt
from monitord.engine.protocol.protocol import Overlay, Protocol
from monitord.engine.rules.limit import LimitLevel
from monitord.model import Priority, in_words, say

_CRITERION = frozenset({"name", "title", "source", "confidence", "kind"})


def phases(protocol: Protocol) -> Iterator[str]:
    """In order, with the stage that each belongs to."""
    for phase in protocol.phases:
        lasts = f"for {exact(phase.duration)}" if phase.duration else "until staff end it"
        title = f": {phase.title}" if phase.title else ""
        yield f"{phase.name}{title}, in the {phase.stage} stage, {lasts}"
        yield from (f"    {each}" for each in also(phase, {"name", "title", "stage", "duration"}))
    if not protocol.phases:
        yield "none: it is for beds without a session"


def criteria(asked: Iterable[Criterion]) -> Iterator[str]:
    """Points of the gate, or of the list for leaving: what each needs, its name, its source."""
    for each in asked:
        title = f"{each.title}: " if each.title else ""
        words, said = _criterion(each)
        yield f"{title}{words} ({each.name})"
        yield from (f"    {more}" for more in also(each, _CRITERION | said))
        yield f"    {source_of(each)}"


def _criterion(point: Criterion) -> tuple[str, frozenset[str]]:
    match point:
        case ReadingCriterion():
            words = compared(point.signal, point.needs)
            if point.readings > 1:
                words += f" in {point.readings} readings in a row"
            if point.apart:
                words += f", the first and the last {exact(point.apart)} apart"
            if point.or_within is not None:
                words += f", or within {point.or_within:g} % of the accepted baseline"
            return f"{words}{_bounds(point)}", _READING
        case QuestionCriterion():
            answer = "yes" if point.needs else "no"
            return f"{point.asks} Needed: {answer}", frozenset({"asks", "needs"})
        case ElapsedCriterion():
            since = in_words(say("since", since=point.since))
            words = f"at least {exact(point.at_least)} since {since}"
            return words, frozenset({"since", "at_least"})
        case QuietCriterion():
            return "no alarm of the patient is active, or waits for an answer", frozenset()
    assert_never(point)


_READING = frozenset({"signal", "needs", "readings", "apart", "or_within"}) | {
    *("ceiling", "floor", "max_age", "or_signal"),
}


def _bounds(point: ReadingCriterion) -> str:
    """`, but never above 160 or below 90; the last reading at most 15 min old`."""
    never = [f"above {point.ceiling:g}"] if point.ceiling is not None else []
    never += [f"below {point.floor:g}"] if point.floor is not None else []
    words = f", but never {' or '.join(never)}" if never else ""
    if point.max_age is not None:
        words += f"; the last reading at most {exact(point.max_age)} old"
    if point.or_signal is not None:
        words += f"; where it has no good reading, {name_of(point.or_signal)} serves"
    return words


def schedule(protocol: Protocol) -> Iterator[str]:
    """What is read now and then, how often in each phase."""
    titles = phase_titles(protocol)
    for name, item in protocol.schedule.items():
        title = f"{item.title} ({name})" if item.title else name
        yield f"{title}: {', '.join(map(name_of, item.signals))}"
        for phase, span in item.every.items():
            yield f"    {titles.get(phase, phase)}: every {exact(span)}"
        if item.reaction is not None:
            yield f"    while the patient reacts: at least every {exact(item.reaction)}"
        if item.counted:
            yield "    counted by staff where no device measures it"
        said = {"signals", "every", "title", "reaction", "counted"}
        yield from (f"    {each}" for each in also(item, said))


def freshness(protocol: Protocol) -> Iterator[str]:
    """How long one reading speaks for the patient."""
    for signal, span in protocol.fresh.items():
        yield f"{name_of(signal)}: {exact(span)}"


def alarm_times(protocol: Protocol) -> Iterator[str]:
    """The life of every alarm."""
    times = protocol.alarms
    latching = ", ".join(priority.word for priority in times.latching) or "none"
    yield f"an acknowledged alarm that is still there is told again after {exact(times.acknowledge_expires)}"
    yield f"an acknowledged medium alarm of SpO2: after {exact(times.spo2_medium_expires)}"
    yield f"an accepted alarm that is still there is told again after {exact(times.accept_expires)}"
    yield f"staff may pause the sound for {exact(times.audio_pause)}"
    yield f"stays until somebody answers, though it is over: {latching} alarms of the patient"
    yield f"what comes back within {exact(times.rearm)} is the same alarm"
    said = {"acknowledge_expires", "spo2_medium_expires", "accept_expires", "audio_pause"}
    yield from also(times, said | {"latching", "rearm"})


def away(protocol: Protocol) -> Iterator[str]:
    """When a patient may leave the bed."""
    titles = phase_titles(protocol)
    if not protocol.away.phases:
        yield f"a patient never leaves the bed (at most {exact(protocol.away.at_most)} where one may)"
    else:
        where = "; ".join(titles.get(each, each) for each in protocol.away.phases)
        yield f"a patient may leave the bed in: {where}; for at most {exact(protocol.away.at_most)}"
    yield from also(protocol.away, {"phases", "at_most"})


def adjustable(protocol: Protocol) -> Iterator[str]:
    """What a clinician may loosen for one patient, and how far."""
    for each in protocol.adjustable:
        low, high = each.between
        rule = protocol.rules.get(each.rule)
        signal = rule.signal if rule else None
        limit = compared(signal, each.limit) if signal else str(each.limit)
        level = f"{each.rule}, {each.priority.word}: {limit}"
        yield f"{level}; the limit may be set between {low:g} and {high:g}"
        said = {"rule", "priority", "limit", "between", "source", "confidence"}
        yield from (f"    {more}" for more in also(each, said))
        yield f"    {source_of(each)}"


def prompts(protocol: Protocol) -> Iterator[str]:
    """What is asked of staff, and what asks it."""
    titles = phase_titles(protocol)
    for name, each in protocol.prompts.items():
        words, said = _prompt(each)
        where = "; ".join(titles.get(phase, phase) for phase in each.only)
        yield f"{each.asks} ({name})"
        yield f"    when: {words}{f'; only in {where}' if where else ''}"
        if isinstance(each, AlarmPrompt):
            yield from (f"        {level}" for level in _triggers(each, protocol))
        yield from (
            f"    {more}"
            for more in also(each, {"asks", "only", "source", "confidence", "kind"} | said)
        )
        yield f"    {source_of(each)}"


def _triggers(prompt: AlarmPrompt, protocol: Protocol) -> Iterator[str]:
    """The levels at which the prompt's alarm asks it, in any phase of it."""
    rule = protocol.rules.get(prompt.rule)
    if rule is None:
        return
    phases = prompt.only or tuple(phase.name for phase in protocol.phases)
    levels = dict.fromkeys(level for phase in phases for level in rule.levels_in(phase))
    for level in levels:
        if level.priority >= prompt.at_least:
            twice = isinstance(level, LimitLevel) and level.twice
            yield f"{asked(rule, level)}{', twice' if twice else ''}"


_RESUME = {
    "any": "",
    "after": "; the infusion is resumed only once it is gone, or with a reason",
    "never": "; the infusion is never resumed in this session, except with a reason",
}


def _prompt(prompt: Prompt) -> tuple[str, frozenset[str]]:
    match prompt:
        case AlarmPrompt():
            worse = "" if prompt.at_least is Priority.HIGH else " or worse"
            words = f"the alarm {prompt.rule} becomes {prompt.at_least.word}{worse}"
            return f"{words}{_RESUME[prompt.resume]}", frozenset({"rule", "at_least", "resume"})
        case WindowPrompt():
            words = f"from {exact(prompt.begin)} to {exact(prompt.end)} after the infusion's start"
            return words, frozenset({"begin", "end"})
    assert_never(prompt)


def forms(protocol: Protocol) -> Iterator[str]:
    """What staff fill in with the patient; no text of a form is printed that may not be copied."""
    for form in protocol.forms.values():
        yield from _form(form)


def _form(form: Form) -> Iterator[str]:
    kept = f", the total kept as {name_of(form.signal)}" if form.signal else ""
    title = f" {form.title}" if form.title else ""
    yield f"{form.name}{title}, version {form.version}: {len(form.items)} items, the total shown{kept}"
    for item in form.items:
        title = f" {item.title}" if item.title else ""
        words = f"{item.name}{title}: {item.low} to {item.high}"
        if item.asks_above is not None:
            words += f"; a clinician at once above {item.asks_above}"
        if item.signal is not None:
            words += f"; kept as {name_of(item.signal)}"
        yield f"    {words}"
        said = {"name", "title", "low", "high", "asks_above", "signal"}
        yield from (f"        {more}" for more in also(item, said))
    if form.words:
        yield f"    confidential as well where staff write one of: {', '.join(form.words)}"
    said = {"name", "version", "title", "source", "items", "signal", "words"}
    yield from (f"    {more}" for more in also(form, said))
    if form.source:
        yield f"    {form.source}"


def confidential(protocol: Protocol) -> Iterator[str]:
    """What speaks of a form, and whatever else the protocol says so of."""
    found = confidential_of(protocol)
    for what, names in (
        ("rules", found.rules),
        ("prompts", found.prompts),
        ("items of the schedule", found.items),
        ("points", found.points),
    ):
        if names:
            yield f"{what}: {', '.join(sorted(names))}"


def overlay_heading(name: str, overlay: Overlay, *, always: bool) -> Iterator[str]:
    """For whom it is, and where its numbers come from."""
    yield f"{overlay.title or name} ({name}, version {overlay.version})"
    if always:
        yield f"holds for every patient of this protocol; nobody is asked: {overlay.asks}"
    else:
        yield f"asked at the admission: {overlay.asks}"
    yield from (f"source: {source}" for source in overlay.sources)
