"""The engine on the same trace: what it told whom, at which second, in the same form."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from monitord.engine.protocol.protocol import Route, Settings, Tier
from monitord.engine.rules.limit import LimitRule
from monitord.model import (
    SECOND,
    Accept,
    Acknowledge,
    AlarmEvent,
    AlarmLine,
    Instant,
    Notify,
    Priority,
    Quality,
    Reject,
    Signal,
)
from tests.builders import CUFF, OXIMETER, Bed
from tests.engine.second_edition.page import MOVE, PAUSE, REST, SWAP, Rule, Said, Second
from tests.engine.second_edition.shipped import ROUTES
from tests.engine.shipped_rules import protocol_of, settings_of

SIGNALS: Final = {
    "spo2_low": Signal.SPO2,
    "pulse_rate_low": Signal.PULSE_RATE,
    "nibp_sys_high": Signal.NIBP_SYS,
}
KINDS: Final = {"acknowledge": Acknowledge, "accept": Accept, "reject": Reject}
ANSWERS: Final = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT})
UNCOMPARED: Final = ANSWERS | {AlarmEvent.NEAR_MISS}


@dataclass(slots=True)
class Run:
    """What the engine said, and which acts it refused."""

    said: list[Said] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


@cache
def _settings(rule: str, *, rests: bool = False) -> Settings:
    """In the recovery the rule `rests`, or has the levels of the infusion."""
    few = protocol_of(rule)
    endless = tuple(
        phase if phase.name == "pre" else replace(phase, duration=None) for phase in few.phases
    )
    shipped = few.rules[rule]
    assert isinstance(shipped, LimitRule)
    levels = shipped.levels_in("infusion")
    only = ("pre", "infusion") if rests else ()
    adapted = replace(shipped, phases={"infusion": levels, "early": levels}, only=only)
    few = replace(few, rules={rule: adapted})
    routes = {
        Priority(priority): Route(
            tiers=tuple(
                Tier(to=tuple(sorted(to)), after=after * SECOND) for after, to in route.tiers
            ),
            repeat=route.repeat * SECOND,
        )
        for priority, route in ROUTES.items()
    }
    return settings_of(replace(few, phases=endless), routes)


def run(rule: Rule, trace: list[Second]) -> Run:
    """A bed in the infusion under this rule alone; another one once the patient moves."""
    settings = _settings(rule.name, rests=any(each.event == REST for each in trace))
    beds = [bed := Bed(settings)]
    bed.admit()
    bed.start_infusion()
    bed.mark()
    begin = bed.marked
    result = Run()
    for at, given in enumerate(trace):
        if given.reading or given.act or given.event or given.down:
            bed.until(Instant(begin + at * SECOND))
        if given.reading:
            _read(bed, SIGNALS[rule.name], given)
        if given.act and _act(bed, rule.name, given.act) is not None:
            result.refused.append((at, given.act))
        if given.event == MOVE:
            beds.append(other := Bed(settings, at=bed.now, name=str(len(beds) + 1)))
            assert bed.move_to(other) is None
            bed = other
        elif given.event:
            _happen(bed, settings, given.event)
        if given.down:
            bed.restart(f"{given.down}s")
    bed.until(Instant(begin + len(trace) * SECOND - 1))
    result.said = _said(beds, rule.name)
    return result


def _happen(bed: Bed, settings: Settings, event: str) -> None:
    if event == PAUSE:
        bed.pause_audio()
    elif event == SWAP:
        others = {name: replace(each, of="another") for name, each in settings.sources.items()}
        bed.configure(replace(settings, sources=others))
    else:
        assert bed.stop_infusion() is None


def _read(bed: Bed, signal: Signal, given: Second) -> None:
    reading = given.reading
    assert reading
    cuff = signal is Signal.NIBP_SYS
    quality = Quality.MOTION if reading.doubtful else Quality.GOOD
    if reading.value is None:
        quality = Quality.CUFF_ERROR if cuff else Quality.PROBE_OFF
    values: dict[Signal, float | None] = {signal: reading.value}
    if cuff:
        values[Signal.NIBP_DIA] = None if reading.value is None else reading.value - 60
    bed.frame(values, quality=quality, source=CUFF if cuff else OXIMETER)


def _act(bed: Bed, rule: str, act: str) -> str | None:
    """Of the alarm as it stands before this instant's levels; why not, where it is refused."""
    alarms = [track.alarm for track in bed.engine.state.tracks if track.key == rule]
    alarm = alarms[0].id if alarms and alarms[0] else "none"
    return bed.act(KINDS[act], alarm=alarm)


def _said(beds: list[Bed], rule: str) -> list[Said]:
    lines: dict[int, list[AlarmLine]] = {}
    told: dict[int, set[str]] = {}
    marked = beds[-1].marked
    for effect in (effect for bed in beds for effect in bed.effects):
        line = effect.line if isinstance(effect, Notify) else effect
        if not isinstance(line, AlarmLine) or line.alarm != rule or line.at < marked:
            continue
        if line.event in UNCOMPARED:
            continue
        at = (line.at - marked) // SECOND
        lines.setdefault(at, []).append(line)
        if isinstance(effect, Notify):
            told.setdefault(at, set()).add(effect.destination)
    return [
        Said(
            at,
            "+".join(dict.fromkeys(str(each.event) for each in of)),
            int(max(each.priority for each in of)),
            tuple(sorted(told.get(at, ()))),
            "+".join(dict.fromkeys(str(each.reason) for each in of)),
        )
        for at, of in sorted(lines.items())
    ]
