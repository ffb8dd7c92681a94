"""Section 5, the table, one second after the other; the other files say its conditions."""

from dataclasses import dataclass, field
from enum import StrEnum

from tests.engine.second_edition.covers import Covers, worst_value
from tests.engine.second_edition.page import (
    BETTER_FOR,
    COVERS,
    LATCHING,
    MOVE,
    REARM,
    REST,
    RETURNS,
    Key,
    Route,
    Rule,
    Said,
    Second,
)
from tests.engine.second_edition.sums import Readings, Sum
from tests.engine.second_edition.telling import ANSWER, ENDS, Telling


class Phase(StrEnum):
    INACTIVE = "inactive"
    ACTIVE = "active"
    LATCHED = "latched"
    ANSWERED = "answered"
    RESTING = "resting"


@dataclass(slots=True)
class Life:
    """One rule's alarm. `said` is what came of it."""

    rule: Rule
    routes: dict[int, Route]
    sums: list[Sum] = field(default_factory=list)
    readings: Readings = field(default_factory=Readings)
    telling: Telling = field(default_factory=Telling)
    said: list[Said] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    phase: Phase = Phase.INACTIVE
    present: Key | None = None
    history: list[Key | None] = field(default_factory=list)
    peak: Key | None = None
    deepest: Key | None = None
    """Since the last answer, or since the alarm last became its present self; what comes back is no new self."""
    less_since: int | None = None
    t0: int | None = None
    early: set[int] = field(default_factory=set)
    """Tiers that a rejection told before their time."""
    covers: Covers | None = None
    answered_priority: int = 0
    answered_at: int = 0
    tier_told_at: int | None = None
    stood: int = 0
    """The tier where the alarm stood when it was answered."""
    expires: int | None = None
    rests_until: int = 0
    ended_at: int = 0
    returns: int = 0
    at_grid: bool = False
    """A return is told at the next time of the grid, whether the alarm then stands or rests."""
    starts: list[tuple[int, int]] = field(default_factory=list)
    answers: int = 0
    first_answer: tuple[Key | None, float | None] = (None, None)
    began_doubtful: bool = False
    began_at: int = 0
    up_at: int = 0
    """Nothing ran until then: but for what is over, nobody was told of anything."""
    applies: bool = True
    """Whether the rule has levels in the present phase."""
    priority: int = 0
    """At which the alarm stands, or stood when it came to rest."""
    lines: list[tuple[str, str]] = field(default_factory=list)
    loudest: int = 0
    """At which priority an act of this instant told somebody, before its levels."""
    over_priority: int = 0
    """Of what ended last: somebody may learn of it when the alarm is back already."""

    def __post_init__(self) -> None:
        self.sums = [Sum(self.rule, level) for level in self.rule.levels]

    # One instant, one line: readings, acts of staff, levels, expiry, tiers.

    def second(self, at: int, given: Second) -> None:
        """What happens at `at`, and the second before it."""
        step = self.covers.step if self.covers else None
        clocks = [*self.sums, step] if step else self.sums
        for each in clocks:
            # A step is a step of the readings after the answer.
            if each is not step or self.readings.last_at >= self.answered_at:
                each.pass_second(at, self.readings)
        if given.reading:
            self.readings.take(at, given.reading)
            for each in clocks:
                each.take(at, given.reading, self.readings)
        self._forget_answers()
        if at == self.up_at:
            self._restart(at)
        if given.act:
            self._act(at, given.act)
            anew = self.covers.step if self.covers else None
            if given.reading and anew and anew is not step:
                # Of this instant the reading came first, and the levels come last.
                anew.take(at, given.reading, self.readings)
        self._happen(at, given.event)
        expiring = self._answer_counts_as_none(at)
        self._levels(at)
        if expiring and self.phase is Phase.ACTIVE and not self.telling.now:
            # Its peak begins anew at the expiry.
            self.peak, self.less_since, self.lines = self.present, None, []
            self._set_priority()
            self._tell_tier(at, self.stood, "expire", "reminder")
        self._expiry(at)
        self._tiers(at)
        self.telling.flush(at)
        self._line(at)
        if given.down:
            self.up_at = at + given.down
        self.history.append(self.present)

    def _happen(self, at: int, event: str) -> None:
        """A pause of the sound, a phase with the same levels and another device tell nobody anything."""
        if event == MOVE:
            self._move(at)
        elif event == REST:
            self.applies, self.sums = False, []

    def _move(self, at: int) -> None:
        """Once, up to the tier reached; the bed is news, and so it waits for no ten seconds.

        A tier that is due at this instant is told with it, though the levels may then say that it is over.

        Of an alarm that is answered, or for the screen alone, those learn it who were told of it.
        """
        if self.phase in {Phase.INACTIVE, Phase.RESTING}:
            return
        self._say("reminder", "moved")
        self.loudest = self.priority
        route = self._route()
        if self.phase is Phase.ANSWERED or route is None:
            self.telling.tell(at, set(self.telling.ever), worse=True)
            return
        if self.t0 is None:
            self.t0, self.early = at, set()
        self.telling.tell(at, route.up_to(self._reached(at)), worse=True)

    def _restart(self, at: int) -> None:
        """Once, up to the tier reached, of what nobody has answered."""
        route = self._route()
        if route is None or self.phase not in {Phase.ACTIVE, Phase.LATCHED}:
            return
        if self.t0 is None:
            self.t0, self.early = at, set()
        self._say("late")
        self.loudest = self.priority
        self.telling.tell(at, route.up_to(self._reached(at)), worse=True)

    def _end(self, at: int) -> None:
        """The phase rests the rule; what was over already needs no other word."""
        if self.phase is not Phase.RESTING:
            self._say("end")
            self.over_priority = self.priority
            self.telling.ends(at, "over")
        self.telling.wait_no_more()
        self.phase, self.covers, self.expires = Phase.INACTIVE, None, None
        self.t0, self.at_grid = None, False

    def _line(self, at: int) -> None:
        now = self.telling.now
        if at < self.up_at:
            now = {each: what for each, what in now.items() if what == "over"}
        to = tuple(sorted(each for each, what in now.items() if what != ANSWER))
        if to or self.lines:
            what, reason = self.lines[0] if self.lines else ("deferred", "")
            # One alarm makes one line, the worst.
            priority = max(self.priority, self.loudest)
            if all(now[each] in ENDS for each in to) and not self.lines:
                priority = self.over_priority
            self.said.append(Said(at, what, priority, to, reason))
        self.telling.now = {}
        self.lines, self.loudest = [], 0

    def _say(self, what: str, reason: str = "") -> None:
        self.lines.append((what, reason))

    # Who is told.

    def _route(self) -> Route | None:
        return self.routes.get(self.priority)

    def _reached(self, at: int) -> int:
        route = self._route()
        if route is None or self.t0 is None:
            return 0
        return max([route.reached(at - self.t0), *self.early])

    def _told_tier(self, at: int) -> int:
        """The last tier that was told before this instant: acts of staff come before its tiers."""
        return 0 if self.t0 is None or self.t0 >= at else self._reached(at - 1)

    def _tell_reached(self, at: int, *, worse: bool) -> None:
        """Everybody up to the tier that the clock has reached; a line without a route starts no clock."""
        route = self._route()
        if route is None:
            return
        if self.t0 is None:
            self.t0, self.early = at, set()
        self.telling.tell(at, route.up_to(self._reached(at)), worse=worse)

    def _tell_first(self, at: int, *, worse: bool, all_before: bool = False) -> None:
        """Tier 0, and the clock begins."""
        route = self._route()
        self.t0, self.early = None, set()
        if route is None:
            return
        self.t0 = at
        before = self.telling.ever if all_before else set()
        self.telling.tell(at, route.to(0) | before, worse=worse)

    def _tell_tier(self, at: int, tier: int, what: str, reason: str = "") -> None:
        """One tier, and the clock as though it was its time."""
        self._say(what, reason)
        route = self._route()
        self.t0, self.early = None, set()
        if route is None:
            return
        self.t0, self.tier_told_at = at - route.after(tier), at
        self.telling.tell(at, route.to(tier), worse=False)

    # Levels.

    def _levels(self, at: int) -> None:
        if self.covers:
            self.covers.lapse(at, self.present, self._value())
        for each in self.sums:
            each.judge(at, self.readings)
        if self.covers and self.covers.step:
            self.covers.step.judge(at, self.readings)
        before = self.present
        holding = [each.key for each in self.sums if each.holds]
        self.present = max(holding, default=None)
        was = before.priority if before else 0
        now = self.present.priority if self.present else 0
        if now > was:
            self.starts.append((was, now))
        self._forget_answers()
        if self.covers:
            self.covers.stand(at, self.present)
        {
            Phase.INACTIVE: self._inactive,
            Phase.ACTIVE: self._active,
            Phase.LATCHED: self._latched,
            Phase.ANSWERED: self._answered,
            Phase.RESTING: self._resting,
        }[self.phase](at, before)
        self._set_priority()

    def _set_priority(self) -> None:
        if self.phase in {Phase.ACTIVE, Phase.LATCHED} and self.peak:
            self.priority = self.peak.priority
        elif self.phase is Phase.ANSWERED and self.present:
            self.priority = self.present.priority

    def _become_active(self, at: int) -> None:
        assert self.present
        self.phase, self.peak, self.less_since = Phase.ACTIVE, self.present, None
        self.covers, self.expires, self.at_grid = None, None, False
        self.deepest = max(self.present, self.deepest or self.present)
        self.priority = self.present.priority

    def _inactive(self, at: int, _before: Key | None) -> None:
        if self.present is None:
            return
        self.telling = Telling()
        self.t0, self.early, self.returns = None, set(), 0
        self.answers, self.starts = 0, [(0, self.present.priority)]
        self._note_doubt(at)
        self.deepest = None
        self._become_active(at)
        self._say("start", "first")
        self._tell_reached(at, worse=True)

    def _note_doubt(self, at: int) -> None:
        """Whether the alarm, or its return, began on doubtful readings alone."""
        began = [each for each in self.sums if each.holds and each.key == self.present]
        self.began_doubtful = all(each.doubt_only for each in began)
        self.began_at = at

    def _active(self, at: int, before: Key | None) -> None:
        assert self.peak
        latches = self.peak.priority in LATCHING and self.peak.confirmed
        if self.present is None:
            if latches:
                self.phase, self.less_since, self.ended_at = Phase.LATCHED, None, at
                self._say("latch")
                self.over_priority = self.priority
                self.telling.ends(at, "latch")
            elif self.applies:
                self._rest(at)
            else:
                self._end(at)
            return
        if self.present > self.peak:
            lesser = self._no_deeper_than_ever()
            self.peak, self.less_since = self.present, None
            self._set_priority()
            self._say("escalate", "worse")
            self._tell_return(at, worse=True, lesser=lesser)
        elif self.present == self.peak:
            if self.present.confirmed and not self.peak.confirmed:
                self._say("escalate", "confirmed")
                self.peak = self.present
            # What was confirmed once is no first word again.
            self.less_since = None
        elif not self.peak.confirmed:
            # Refuted, a lesser one holds: at that one, at once.
            self.peak, self.deepest, self.less_since = self.present, self.present, None
            self._set_priority()
            self._say("deescalate", "refuted")
            self.telling.eases(at, "less")
        else:
            if before and self.present < before and latches:
                self._say("deescalate", "less")
            if self.less_since is None:
                self.less_since = at

    def _latched(self, at: int, _before: Key | None) -> None:
        if self.present is None:
            return
        assert self.peak
        self.phase = Phase.ACTIVE
        self._count_return(at)
        if self.present.priority >= self.peak.priority:
            worse, lesser = self.present > self.peak, self._no_deeper_than_ever()
            self.peak, self.less_since = max(self.present, self.peak), None
            self._say("escalate", "recurred")
            self._tell_return(at, worse=worse, lesser=lesser)
        else:
            self.less_since = at
            self._say("escalate", "less")

    def _answered(self, at: int, before: Key | None) -> None:
        assert self.covers
        assert self.peak
        if self.present is None:
            if self.applies:
                self._rest(at)
            else:
                self._end(at)
            return
        self.peak = max(self.peak, self.present)
        step = self.covers.step
        if self.covers.deeper(self.present) or (step is not None and step.holds):
            self._become_active(at)
            self.starts = self.starts[-1:]
            self._say("escalate", "breakthrough")
            self._tell_first(at, worse=True, all_before=True)
        elif self._third_start(before):
            self._become_active(at)
            self.starts = self.starts[-1:]
            self._say("escalate", "third start")
            self._tell_first(at, worse=False)
        elif before is None or self.present.priority != before.priority:
            self._say("deescalate" if before and self.present < before else "escalate", "covered")

    def _third_start(self, before: Key | None) -> bool:
        """A start: each time the alarm rises to the answered priority from below it or from rest."""
        assert self.present
        mine = self.answered_priority
        was = before.priority if before else 0
        rises = [1 for low, high in self.starts if low < mine <= high]
        return was < mine <= self.present.priority and len(rises) >= 3

    def _rest(self, at: int) -> None:
        self.phase, self.rests_until, self.ended_at = Phase.RESTING, at + REARM, at
        self._say("clear")
        self.over_priority = self.priority
        self.telling.ends(at, "over")

    def _resting(self, at: int, before: Key | None) -> None:
        if self.present is None:
            if not self.applies:
                self._end(at)
            return
        if self.covers:
            self._resting_answered(at, before)
            return
        assert self.peak
        worse, lesser = self.present > self.peak, self._no_deeper_than_ever()
        self._count_return(at)
        self._become_active(at)
        self._say("escalate", "recurred")
        self._tell_return(at, worse=worse, lesser=lesser)

    def _count_return(self, at: int) -> None:
        """How many there were within R, one after the other."""
        self._note_doubt(at)
        self.returns = self.returns + 1 if at - self.ended_at <= REARM else 1

    def _no_deeper_than_ever(self) -> bool:
        """Lesser than, or equal to, what it was since the last answer; of what rises now it is the new mark."""
        assert self.present
        known = self.deepest
        self.deepest = max(self.present, known or self.present)
        return known is not None and self.present <= known

    def _tell_return(self, at: int, *, worse: bool, lesser: bool) -> None:
        """What comes back, or rises again once it is back."""
        if self.returns <= RETURNS or not lesser:
            self._tell_reached(at, worse=worse)
            return
        # Told at the next time of the grid; at once only who of a reached tier was never told.
        self.at_grid = True
        route = self._route()
        if route is None:
            return
        if self.t0 is None:
            self.t0 = at
        never = route.up_to(self._reached(at)) - self.telling.ever
        self.telling.tell(at, never, worse=False)

    def _resting_answered(self, at: int, before: Key | None) -> None:
        assert self.covers
        assert self.present
        over = self.expires is None or self.covers.level is None
        step = self.covers.step
        deeper = self.covers.deeper(self.present) or (step is not None and step.holds)
        if over or deeper or self._third_start(before):
            self._note_doubt(at)
            self._become_active(at)
            self.starts = self.starts[-1:]
            self._say("escalate", "recurred")
            self._tell_first(at, worse=deeper)
            return
        self.phase, self.peak = Phase.ANSWERED, self.present
        self._say("escalate", "covered")

    # Acts of staff.

    def _act(self, at: int, act: str) -> None:
        if self.phase in {Phase.INACTIVE, Phase.RESTING}:
            self.refused.append((at, act))
        elif act == "reject":
            self._reject(at)
        else:
            self._answer(at, act)

    def _reject(self, at: int) -> None:
        route = self._route()
        if self.phase is Phase.ANSWERED:
            # As at the end of an answer, the present one is what nobody answers any more.
            self.phase, self.peak, self.less_since = Phase.ACTIVE, self.present, None
            self._set_priority()
            route = self._route()
            self.loudest = self.priority
            tier = route.index(self.stood + 1) if route else 0
            self.covers, self.expires = None, None
            self._tell_tier(at, tier, "reject")
            return
        self._say("reject")
        self.loudest = self.priority
        if route is None:
            return
        tier = route.index(self._told_tier(at) + 1)
        self.early.add(tier)
        self.telling.tell(at, route.to(tier), worse=False)

    def _answer(self, at: int, act: str) -> None:
        self._say(act)
        route = self._route()
        if self.phase is not Phase.ANSWERED:
            self.stood = self._told_tier(at)
        self.answered_priority, self.answered_at = self.priority, at
        # The start that is answered is the first of those that are counted from here.
        self.starts = [(0, self.priority)]
        self.telling.answered(at)
        self._count_answer(at, route)
        # As everything that is counted since the last answer; told at once sooner than on the grid.
        self.returns = 0
        self.t0, self.early = None, set()
        self.expires = at + self.rule.expires[act][self.answered_priority]
        if self.phase is Phase.LATCHED:
            self.phase, self.rests_until, self.deepest = Phase.RESTING, at + REARM, None
            self.covers, self.expires = Covers(self.rule, None, None), None
            return
        held = [key for key in self.history[-COVERS - 1 :] if key]
        value = worst_value(self.rule, self.readings, at, doubtful=self.began_doubtful)
        self.covers = Covers(self.rule, max(held, default=None), value, value_reached=at)
        self.phase, self.less_since, self.peak = Phase.ANSWERED, None, self.present
        self.deepest = self.present
        self._set_priority()

    def _count_answer(self, at: int, route: Route | None) -> None:
        """The third with no better value tells the next tier once; where the alarm stands stays."""
        if self.present is None:
            # Nothing stands: that is better than at any answer before.
            return
        self.answers += 1
        if self.answers == 1:
            self.first_answer = self.present, self._value()
        if self.answers == 3 and route:
            self.loudest = self.answered_priority
            self.telling.tell(at, route.to(self.stood + 1), worse=False)

    def _forget_answers(self) -> None:
        """A lesser level, or a value a step better than at the first of them."""
        level, value = self.first_answer
        if not self.answers:
            return
        lesser = self.present is None or (level is not None and self.present < level)
        now = self._value()
        better = (
            value is not None
            and now is not None
            and self.rule.worse_by(value, now) >= self.rule.step
        )
        if lesser or better:
            self.answers = 0

    def _value(self) -> float | None:
        """The last good value, or a doubtful one as long as the alarm stands on doubtful ones alone."""
        taken = self.readings.good[-1:]
        if self.began_doubtful and not (taken and taken[0][0] >= self.began_at):
            taken = taken + self.readings.doubtful[-1:]
        return max(taken)[1] if taken else None

    # Expiry.

    def _answer_counts_as_none(self, at: int) -> bool:
        """At its expiry, before the levels: an answer that expires then counts as none."""
        if self.expires is None or at < self.expires:
            return False
        self.expires = None
        if self.phase is not Phase.ANSWERED:
            return False
        self.phase, self.peak, self.less_since = Phase.ACTIVE, self.present, None
        self.covers = None
        self._set_priority()
        route = self._route()
        self.t0 = at - route.after(self.stood) if route else None
        self.early = set()
        return True

    def _expiry(self, at: int) -> None:
        since = self.less_since
        if self.phase is Phase.ACTIVE and since is not None and at - since >= BETTER_FOR:
            assert self.peak
            if not (self.peak.priority in LATCHING and self.peak.confirmed):
                self.peak, self.deepest, self.less_since = self.present, self.present, None
                self._set_priority()
                self._say("deescalate", "less")
                self.telling.eases(at, "less")
        if self.phase is Phase.RESTING and at >= self.rests_until and self.present is None:
            self.phase, self.covers, self.expires = Phase.INACTIVE, None, None
            self.t0, self.at_grid = None, False

    # Tiers.

    def _tiers(self, at: int) -> None:
        route = self._route()
        stands = self.phase in {Phase.ACTIVE, Phase.LATCHED}
        rests = self.phase is Phase.RESTING and self.at_grid
        if route is None or self.t0 is None or not (stands or rests):
            return
        if self.tier_told_at == at:
            # Of one instant there is one line.
            return
        elapsed = at - self.t0
        last = len(route.tiers) - 1
        for tier, (after, to) in enumerate(route.tiers):
            if after == elapsed and tier > 0 and tier not in self.early:
                self._grid(at, to)
        beyond = elapsed - route.after(last)
        if beyond > 0 and beyond % route.repeat == 0:
            self._grid(at, route.to(last))

    def _grid(self, at: int, to: frozenset[str]) -> None:
        if all(self.telling.now.get(each) == "told" for each in to):
            return
        self.at_grid = False
        self._say("escalate", "tier")
        self.telling.tell(at, to, worse=False)


def live(rule: Rule, routes: dict[int, Route], trace: list[Second]) -> Life:
    """The whole trace, one second after the other."""
    life = Life(rule, routes)
    for at, given in enumerate(trace):
        life.second(at, given)
    return life
