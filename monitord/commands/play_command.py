"""`monitord play`: timelines on simulated devices and a real daemon, judged by what they expect."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitord.commands.command_options import JsonDocumentOption, JUnitOption, ProtocolOption
from monitord.errors import FAILED

if TYPE_CHECKING:
    from monitord.commands.expectation_verdicts import Played
    from monitord.replay.stories.results_for_builds import BuildSuite


def play(  # noqa: PLR0917 - an option each
    scenarios: Annotated[list[Path], typer.Argument(help="Timeline files, or folders of them.")],
    protocol: ProtocolOption = None,
    speed: Annotated[
        float,
        typer.Option(
            help="How many times faster than real time to play. Lines and broker are not faster.",
            min=0.1,
            max=100,
        ),
    ] = 1.0,
    port: Annotated[
        int,
        typer.Option(
            help="The port of the station page, to look on. Default: a free one.", min=0, max=65535
        ),
    ] = 0,
    junit: JUnitOption = None,
    as_json: JsonDocumentOption = False,
) -> None:
    """Play timelines on simulated devices and judge what came.

    The input is timelines. Each plays with simulated devices on real lines, a broker and a daemon of
    its own, and ends where the timeline ends. The output is each expectation that was not met, with
    the reason, and what could not be played. The exit code is 1 when an expectation is not met.
    By default it plays at real speed, under the protocols that the timelines name.

    For example: monitord play my_scenario.yaml --speed 10
    """
    import asyncio
    import logging

    from monitord.commands.expectation_verdicts import Played
    from monitord.commands.play_timeline import play_timeline
    from monitord.commands.playable_timeline import playable
    from monitord.daemon.logs import configure
    from monitord.model import SECOND
    from monitord.model.timeline import LEAD
    from monitord.replay.replay_console import write_junit
    from monitord.replay.stories.story_file import files_in

    configure(sys.stderr, level=logging.ERROR)
    found = [(path, playable(path, protocol)) for path in files_in(scenarios)]
    suites = []
    for path, each in found:
        seconds = round((LEAD + each.timeline.end) / SECOND / speed)
        print(f"{path}: {each.timeline.title}: about {seconds} s", file=sys.stderr)
        played = Played(timeline=each.timeline, left_out=list(each.left_out))
        asyncio.run(play_timeline(played, speed, each.protocols, port))
        suite = _judged(str(path), played)
        suites.append(suite)
        if not as_json:
            _say(suite, played)
    if junit is not None:
        write_junit(junit, suites)
    if as_json:
        _print_document(suites)
    if any(suite.failed for suite in suites):
        raise typer.Exit(FAILED)


def _judged(file: str, played: "Played") -> "BuildSuite":
    """A case for each expectation; of a timeline that could not be played, one that says why."""
    from monitord.commands.expectation_verdicts import judge
    from monitord.replay.stories.results_for_builds import BuildCase, BuildSuite

    if played.failure:
        case = BuildCase(file=file, name=played.timeline.title, faults=(played.failure,))
        return BuildSuite(name=file, cases=(case,))
    cases = []
    for verdict in judge(played):
        came = f"came: {verdict.seen}"
        faults = () if verdict.met else (came, *verdict.why)
        name = f"bed {verdict.bed}: {verdict.expected}, {verdict.bounds}"
        cases.append(BuildCase(file=file, name=name, faults=faults))
    return BuildSuite(name=file, cases=tuple(cases))


def _say(suite: "BuildSuite", played: "Played") -> None:
    """What was not played, how many expectations there were, and last the failures."""
    for each in played.left_out:
        print(f"{suite.name}: {each}")
    print(f"{suite.name}: {len(suite.cases)} expectations, {suite.failed} not met")
    for case in suite.cases:
        if case.faults:
            print(f"FAILED {case.name}")
            print(*(f"    {fault}" for fault in case.faults), sep="\n")


def _print_document(suites: "list[BuildSuite]") -> None:
    import json

    from monitord import __version__
    from monitord.replay.stories.results_for_builds import case_rows

    rows = [{"file": s.name, "failed": s.failed, "tests": case_rows(s)} for s in suites]
    print(json.dumps({"version": __version__, "played": rows}, ensure_ascii=False, indent=1))
