"""Which prompts of the protocol stand, and what they say against resuming. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitord.engine.alarm_state import AlarmState
from monitord.engine.protocol.prompt import AlarmPrompt, Prompt, WindowPrompt
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.session.overlay import in_force
from monitord.engine.state import Kept, SessionState, State
from monitord.model import (
    AlarmEvent,
    AlarmLine,
    Effect,
    Instant,
    ResumeInfusion,
    Said,
    Sentence,
    StartInfusion,
    say,
)
from monitord.model.frozen import replace
from monitord.model.sentences.sentence import Value

_NEWLY_BAD = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A prompt that stands since then; `why` is what it answers, `says` the same by key and values.

    `kept` says that its cause is over.
    """

    name: str
    asks: str
    since: Instant
    why: str
    source: str
    kept: bool = False
    says: Said = ()

    @property
    def said(self) -> Sentence:
        """What is asked, and why."""
        why: str | Said = self.says or self.why
        return say("prompt.why", asks=self.asks, why=why) if why else say("prompt", asks=self.asks)


def standing(state: State) -> tuple[Standing, ...]:
    """The prompts of this bed, oldest first."""
    session, settings = state.session, state.session_settings or state.settings
    if session is None or settings is None:
        return ()
    alarms = [alarm for track in state.tracks if (alarm := track.standing) is not None]
    found = _standing(in_force(settings, session), session, alarms, state.now)
    return tuple(sorted(found, key=lambda each: (each.since, each.name)))


def _standing(
    protocol: Protocol, session: SessionState, alarms: Iterable[AlarmState], at: Instant
) -> Iterator[Standing]:
    by_rule = {alarm.key: alarm for alarm in alarms}
    kept = {each.prompt: each for each in session.kept}
    for name, prompt in protocol.prompts.items():
        match prompt:
            case AlarmPrompt():
                alarm = by_rule.get(prompt.rule)
                if alarm and alarm.priority >= prompt.at_least and _speaks(prompt, session.phase):
                    yield _standing_of(
                        name, prompt, alarm.started_at, alarm.line.text, alarm.line.says
                    )
                elif name in kept:
                    known = kept[name]
                    yield _standing_of(name, prompt, known.at, known.says, known.why, kept=True)
            case WindowPrompt():
                started = session.infusion_started
                if started is None or not _speaks(prompt, session.phase):
                    continue
                if started + prompt.begin <= at < started + prompt.end:
                    yield _standing_of(name, prompt, Instant(started + prompt.begin), "", ())


def _found(prompt: Standing, at: Instant) -> Sentence:
    """What speaks against going on; of a cause that is over how long ago it began."""
    what: str | Said = tuple(_not_now(each) for each in prompt.says) or prompt.why or prompt.asks
    if prompt.kept:
        return say("prompt.kept", what=what, age=max(0, at - prompt.since))
    return say("technical", what=what)


def _not_now(said: Sentence) -> Sentence:
    """Without the `now` of the instant at which it was told."""
    values: dict[str, Value] = {
        name: _not_now(value) if isinstance(value, Sentence) else value
        for name, value in said.values.items()
    }
    return Sentence(_PLAIN.get(said.key, said.key), values)


_PLAIN = {"reading.now": "reading.plain", "sign.now": "sign.plain"}


def _standing_of(
    name: str, prompt: Prompt, since: Instant, why: str, says: Said, *, kept: bool = False
) -> Standing:
    return Standing(
        name=name,
        asks=prompt.asks,
        since=since,
        why=why,
        source=prompt.source,
        kept=kept,
        says=says,
    )


def _speaks(prompt: Prompt, phase: str | None) -> bool:
    return not prompt.only or phase in prompt.only


def kept_after(
    protocol: Protocol, session: SessionState, decided: Iterable[Effect]
) -> SessionState:
    """The session with what it keeps of prompts after which an infusion is not resumed."""
    kept = {each.prompt: each for each in session.kept}
    for line in decided:
        if not isinstance(line, AlarmLine) or line.event not in _NEWLY_BAD:
            continue
        for name, prompt in protocol.prompts.items():
            if (
                isinstance(prompt, AlarmPrompt)
                and prompt.resume == "never"
                and prompt.rule == line.alarm
                and line.priority >= prompt.at_least
                and _speaks(prompt, session.phase)
            ):
                kept.setdefault(name, Kept(prompt=name, at=line.at, says=line.text, why=line.says))
    if len(kept) == len(session.kept):
        return session
    return replace(session, kept=tuple(kept.values()))


def refusal(
    action: ResumeInfusion | StartInfusion,
    protocol: Protocol,
    session: SessionState,
    alarms: Iterable[AlarmState],
    at: Instant,
) -> Sentence | None:
    """The prompts against going on, or against another infusion, unless somebody gave a reason to."""
    if action.override:
        return None
    against = tuple(
        # What is found, not the question: a refusal asks nothing.
        _found(each, at)
        for each in _standing(protocol, session, alarms, at)
        if getattr(protocol.prompts[each.name], "resume", "any") != "any"
    )
    word = "no.resume" if isinstance(action, ResumeInfusion) else "no.restart"
    return say(word, prompts=against) if against else None
