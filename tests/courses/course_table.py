"""Dangerous courses, told to the engine: when somebody was told, beside the longest time that each allows.

`tests.release.alarm_docs` writes the table into docs/alarms.md; `test_courses.py` compares each course's rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitord.config import shipped
from monitord.config.files.yaml_file import read_file
from monitord.model import SECOND, Span, span_text
from monitord.model.expected_telling import Paged
from monitord.replay.stories.story_file import Known, read_stories
from monitord.replay.stories.story_play import Story, StoryResult, play

COURSES: Final = sorted(shipped("courses").glob("*.yaml"))
HEAD: Final = "| course | at most | story | asked | measured |\n| --- | --- | --- | --- | --- |\n"

_known: Known = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A course's file with its stories, and what came of each."""

    title: str
    bound: str
    stories: tuple[tuple[Story, StoryResult], ...]

    @property
    def late(self) -> dict[str, list[str]]:
        """Why stories are not as they must be, by their names."""
        return {story.name: result.faults for story, result in self.stories if result.faults}


def tell(file: Path) -> Told:
    """All stories of one course."""
    document = read_file(file).value
    stories = tuple((story, play(story)) for story in read_stories(file, known=_known))
    return Told(title=document["title"], bound=document["note"], stories=stories)


def rows(told: Told) -> str:
    """A row for each bound, the phases of one story beside each other."""
    found: dict[tuple[str, str], list[str]] = {}
    for story, result in told.stories:
        name, _, phase = story.name.removesuffix("]").partition(" [")
        for asked, measured in _bounds(story, result):
            found.setdefault((name, asked), []).append(f"{phase} {measured}".strip())
    lines: list[str] = []
    before = ""
    for (name, bound), figures in found.items():
        course = f"{told.title} | {told.bound}" if not lines else " | "
        lines.append(
            f"| {course} | {name if name != before else ''} | {bound} | {_merged(figures)} |"
        )
        before = name
    return "\n".join(lines)


def table() -> str:
    """Every course, as docs/alarms.md shows them."""
    return HEAD + "\n".join(rows(tell(file)) for file in COURSES)


def _bounds(story: Story, result: StoryResult) -> Iterator[tuple[str, str]]:
    for expect in story.bed.expect:
        if expect.paged is not None:
            yield asked(expect.paged), _measured(expect.paged, result, story.end)
        elif expect.none is not None:
            came = any(fault.startswith("must not come") for fault in result.faults)
            yield f"no alarm ({expect.none})", "came" if came else "none"


def asked(paged: Paged) -> str:
    """`high spo2_low told to somebody within 20s`."""
    words = [paged.words()]
    words += [f"within {span_text(paged.within)}"] if paged.within is not None else []
    words += [f"again every {span_text(paged.every)}"] if paged.every is not None else []
    words += [f"{span_text(paged.apart)} apart"] if paged.apart is not None else []
    return " ".join(words)


def _measured(paged: Paged, result: StoryResult, end: Span) -> str:
    took = paged.took(result.tellings, end)
    late = "" if paged.unmet(result.tellings, end) is None else " **(not held)**"
    if paged.within is None:
        return late.strip() or "held"
    return f"{took / SECOND:g} s{late}" if took is not None else f"never{late}"


def _merged(measured: list[str]) -> str:
    """One figure where all phases have the same."""
    figures = {each.partition(" ")[2] for each in measured}
    return figures.pop() if len(figures) == 1 else ", ".join(measured)
