"""`monitord test`: stories told, coverage counted, mutants hunted; a report as lines of text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitord.config import identity
from monitord.engine.protocol.protocol import Protocol
from monitord.model.expected_telling import ANY
from monitord.replay.stories.mutate import Mutant, mutants
from monitord.replay.stories.story_coverage import StoryCoverage, goals
from monitord.replay.stories.story_file import Known, files_in, read_stories
from monitord.replay.stories.story_play import Story, play


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryOutcome:
    """What became of one story; `faults` is empty when all was as expected."""

    file: str
    story: Story
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """All stories of one protocol: outcomes, what they reached where that was asked (`covered`), unnoticed mutants."""

    protocol: Protocol
    outcomes: tuple[StoryOutcome, ...]
    coverage: StoryCoverage
    covered: bool
    tried: int = 0
    survivors: tuple[Mutant, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any story was not as expected."""
        return any(outcome.faults for outcome in self.outcomes)

    def lines(self, *, not_reached: bool = False) -> Iterator[str]:
        """The report: what no story reached, where that is asked, then the counts, and failures last."""
        if self.covered:
            yield from _reached(self.protocol, self.coverage, names=not_reached)
        if self.tried:
            killed = self.tried - len(self.survivors)
            yield from (f"    survived: {m.rule}: {m.words}" for m in self.survivors)
            yield f"mutants: {killed} of {self.tried} noticed"
        missed = sum(1 for outcome in self.outcomes if outcome.faults)
        yield f"{identity(self.protocol)}: {len(self.outcomes)} tests, {missed} failed"
        for outcome in self.outcomes:
            if outcome.faults:
                yield f"FAILED {outcome.file}: {outcome.story.name}"
                yield from (f"    {fault}" for fault in outcome.faults)


def _reached(protocol: Protocol, coverage: StoryCoverage, *, names: bool) -> Iterator[str]:
    every, missing = len(list(goals(protocol))), coverage.missing(protocol)
    if names:
        yield from (f"    not reached: {goal}" for goal in missing)
    more = "" if names or not missing else "; --not-reached names the others"
    yield f"coverage (rule x phase x side of limit): {every - len(missing)} of {every}{more}"


def run_tests(
    files: Iterable[Path],
    *,
    protocol: str | None = None,
    mutate: bool = False,
    coverage: bool = True,
) -> list[Tested]:
    """Tells every story, gathered by protocol; of a folder, those of all its files.

    ConfigError where a file cannot be used.
    """
    stories: dict[str, list[tuple[str, Story]]] = {}
    known: Known = {}
    for file in files_in(files):
        for story in read_stories(file, protocol, known):
            stories.setdefault(identity(story.protocol), []).append((str(file), story))
    return [_tested(found, mutate=mutate, coverage=coverage) for found in stories.values()]


def _tested(found: list[tuple[str, Story]], *, mutate: bool, coverage: bool) -> Tested:
    reached = StoryCoverage()
    look = reached.look if coverage else None
    outcomes = tuple(
        StoryOutcome(file=file, story=story, faults=tuple(play(story, look=look).faults))
        for file, story in found
    )
    protocol = found[0][1].protocol
    tried = list(mutants(protocol)) if mutate else []
    sound = [outcome.story for outcome in outcomes if not outcome.faults]
    survivors = tuple(mutant for mutant in tried if not any(_notices(s, mutant) for s in sound))
    return Tested(
        protocol=protocol,
        outcomes=outcomes,
        coverage=reached,
        covered=coverage,
        tried=len(tried),
        survivors=survivors,
    )


def _notices(story: Story, mutant: Mutant) -> bool:
    """Whether the story fails under the mutant; one that speaks of other rules alone is not asked."""
    names = {expect.rule for expect in story.bed.expect}
    return not names.isdisjoint({mutant.rule, ANY}) and bool(play(story, mutant.protocol).faults)
