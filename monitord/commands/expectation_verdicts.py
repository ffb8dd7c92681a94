"""What a timeline on real lines was expected to bring, and what it brought: one verdict an expectation, with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitord.engine.bed.patient import Patient
from monitord.engine.explain import explain
from monitord.engine.state import State
from monitord.model import (
    DEFAULT_LANGUAGE,
    SECOND,
    AlarmLine,
    Signal,
    in_words,
    say,
    span_text,
)
from monitord.model.expected_telling import ANY, Delivery, Paged
from monitord.model.timeline import Expect, Timeline

_SHOWN = 3
"""So many lines or messages stand in a verdict; more would hide the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlayed:
    """What was not played: `bed` None for all; `signals` are those that nobody saw for it, none for whatever else."""

    bed: str | None
    sentence: str
    signals: frozenset[Signal] = frozenset()

    def __str__(self) -> str:
        return self.sentence if self.bed is None else f"bed {self.bed}: {self.sentence}"


@dataclass(slots=True, kw_only=True)
class Played:
    """A timeline and what came of it: lines with their offset in seconds, messages, what could not be played."""

    timeline: Timeline
    lines: list[tuple[float, AlarmLine]] = field(default_factory=list)
    tellings: list[Delivery] = field(default_factory=list)
    left_out: list[NotPlayed] = field(default_factory=list)
    at_end: Mapping[str, State] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationVerdict:
    """One expectation and what became of it; `why` is empty where it was met."""

    bed: str
    expected: str
    bounds: str
    seen: str
    met: bool
    why: tuple[str, ...] = ()


def judge(played: Played) -> list[ExpectationVerdict]:
    """Every expectation, of its bed or of the whole suite."""
    found = []
    for bed, track in played.timeline.beds.items():
        of_bed = [(t, line) for t, line in played.lines if line.bed == bed]
        found += [_judge(played, bed, expect, of_bed) for expect in track.expect]
    every = played.timeline.expect
    return found + [_judge(played, "all", expect, played.lines) for expect in every]


def _judge(
    played: Played, bed: str, expect: Expect, lines: Sequence[tuple[float, AlarmLine]]
) -> ExpectationVerdict:
    if expect.paged is not None:
        return _judge_paged(played, bed, expect, expect.paged)
    first, last = expect.window(played.timeline.end)
    of_kind = [
        (t, line)
        for t, line in lines
        # A line that names a deeper cause is told to nobody.
        if (expect.none is None or line.inhibited_by is None)
        and expect.matches(line.alarm, line.event, line.priority)
    ]
    inside = [(t, line) for t, line in of_kind if first <= t * SECOND <= last]
    wanted = expect.none is None
    shown = inside if (inside or not wanted) else of_kind
    seen = ", ".join(f"{t:.1f} s {line.alarm} {line.priority.word}" for t, line in shown[:_SHOWN])
    words = [expect.alarm or f"no {expect.none}", expect.event.value]
    words += [expect.priority.word] if expect.priority is not None else []
    met = not played.failure and bool(inside) is wanted
    return ExpectationVerdict(
        bed=bed,
        expected=" ".join(words),
        bounds=f"{span_text(first)} to {span_text(last)}",
        seen=played.failure or seen or "none",
        met=met,
        why=() if met or not wanted else tuple(_why(played, bed, expect, lines)),
    )


def _judge_paged(played: Played, bed: str, expect: Expect, paged: Paged) -> ExpectationVerdict:
    """A message counts from when it arrived, not from when it was decided."""
    end = played.timeline.end
    of_bed = [telling for telling in played.tellings if telling.line.bed == bed]
    came = paged.of(of_bed, end)
    seen = ", ".join(f"{t.at / SECOND:.1f} s {t.line.alarm} to {t.to}" for t in came[:_SHOWN])
    first, last = paged.window(end)
    until = last if paged.within is None else paged.due
    met = not played.failure and paged.unmet(of_bed, end) is None
    lines = [(t, line) for t, line in played.lines if line.bed == bed]
    return ExpectationVerdict(
        bed=bed,
        expected=paged.words(),
        bounds=f"{span_text(first)} to {span_text(until)}",
        seen=played.failure or seen or "none",
        met=met,
        why=() if met else tuple(_why(played, bed, expect, lines)),
    )


def _why(
    played: Played, bed: str, expect: Expect, lines: Sequence[tuple[float, AlarmLine]]
) -> Iterator[str]:
    """What kept it from coming: what it came as, else what of it was not played, and how its rule stands at the end."""
    if played.failure:
        return
    rule = expect.rule
    of_rule = [(t, line) for t, line in lines if rule in {line.alarm, ANY}]
    for t, line in of_rule[:_SHOWN]:
        deeper = f", told as part of {line.inhibited_by}" if line.inhibited_by else ""
        yield f"at {t:.1f} s {line.alarm} came as {line.event.value} {line.priority.word}{deeper}"
    if of_rule:
        return
    state = played.at_end.get(bed)
    inputs = _inputs(state, rule)
    for each in played.left_out:
        of_bed = each.bed in {None, bed} or bed == "all"
        if of_bed and (not each.signals or inputs is None or each.signals & inputs):
            yield each.sentence
    if state is not None and rule != ANY:
        yield _at_end(state, bed, rule)


def _inputs(state: State | None, rule: str) -> frozenset[Signal] | None:
    """What a rule of the session's protocol looks at; None where that is not known."""
    if state is None or state.settings is None:
        return None
    found = Patient.restored(state).protocol.rules.get(rule)
    return None if found is None else found.inputs


def _at_end(state: State, bed: str, rule: str) -> str:
    for each in explain(state):
        if each.key == rule:
            stands = in_words(
                say("bed.rule", rule=say("bed.keyed", name=each.name, rule=rule), state=each.state),
                DEFAULT_LANGUAGE,
            )
            saw = [in_words(line, DEFAULT_LANGUAGE) for line in each.lines]
            return f"at the end {'; '.join([stands, *saw])}"
    return f"at the end nothing at bed {bed} watches for {rule}"
