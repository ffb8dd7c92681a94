"""Prompts that nothing could ever raise, and names that are nobody's: a rule or a phase that is not there."""

from collections.abc import Iterable, Iterator

from monitord.config.files.reader import nearest
from monitord.config.files.yaml_file import Fault, Loc
from monitord.engine.protocol.prompt import AlarmPrompt, WindowPrompt
from monitord.engine.protocol.protocol import Protocol


def unknown_confidential(protocol: Protocol) -> Iterator[Fault]:
    """Names under `confidential` that no rule, prompt, item or point has: they would hide nothing."""
    yield from unknown_names(protocol, protocol.confidential)


def unknown_names(protocol: Protocol, names: Iterable[str]) -> Iterator[Fault]:
    """The same of the names that an overlay lists, where the protocol is the one under it."""
    points = (each.name for each in (*protocol.gate, *protocol.discharge))
    known = {*protocol.rules, *protocol.prompts, *protocol.schedule, *points}
    for i, name in enumerate(names):
        if name not in known:
            yield ("confidential", i), f"there is no {name!r} here{nearest(name, known)}"


def mute_prompts(protocol: Protocol) -> Iterator[Fault]:
    """Place and sentence of each."""
    phases = [phase.name for phase in protocol.phases]
    for name, prompt in protocol.prompts.items():
        here: Loc = ("prompts", name)
        for i, phase in enumerate(prompt.only):
            if phase not in phases:
                yield (*here, "only", i), f"there is no phase {phase!r}{nearest(phase, phases)}"
        match prompt:
            case AlarmPrompt(rule=rule) if rule not in protocol.rules:
                hint = nearest(rule, protocol.rules)
                yield (*here, "rule"), f"there is no rule {rule!r}{hint}"
            case WindowPrompt() if prompt.end <= prompt.begin:
                yield (*here, "end"), "must be after its begin"
            case _:
                pass
