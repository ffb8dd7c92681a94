"""Results of timelines for programs: JUnit XML for a build server, and JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitord import __version__
from monitord.config import identity
from monitord.model.outside_text import one_line
from monitord.replay.stories.story_report import Tested


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCase:
    """One test of a file, or one expectation; `faults` is empty when all was as expected."""

    file: str
    name: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSuite:
    """What was tried together: under a protocol, or from a file."""

    name: str
    cases: tuple[BuildCase, ...]

    @property
    def failed(self) -> int:
        """How many cases were not as expected."""
        return sum(1 for case in self.cases if case.faults)


def of_tests(tested: Sequence[Tested]) -> Iterator[BuildSuite]:
    """What `monitord test` found: a suite for each protocol, a case for each story."""
    for each in tested:
        cases = (
            BuildCase(file=outcome.file, name=outcome.story.name, faults=outcome.faults)
            for outcome in each.outcomes
        )
        yield BuildSuite(name=identity(each.protocol), cases=tuple(cases))


def junit_xml(suites: Sequence[BuildSuite]) -> str:
    """A `testsuite` for each suite, a `testcase` for each case; what is not as expected is a `failure`.

    Times are left out: the same tests give the same file.
    """
    root = Element("testsuites")
    for each in suites:
        count = {"tests": str(len(each.cases)), "failures": str(each.failed), "errors": "0"}
        suite = SubElement(root, "testsuite", {"name": one_line(each.name), **count})
        for case in each.cases:
            names = {"classname": one_line(case.file), "name": one_line(case.name)}
            element = SubElement(suite, "testcase", names)
            if case.faults:
                said = [one_line(fault) for fault in case.faults]
                SubElement(element, "failure", {"message": said[0]}).text = "\n".join(said)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def case_rows(suite: BuildSuite) -> list[dict[str, Any]]:
    """Each case as a JSON object."""
    return [
        {
            "file": case.file,
            "name": case.name,
            "passed": not case.faults,
            "faults": list(case.faults),
        }
        for case in suite.cases
    ]


def json_document(tested: Sequence[Tested]) -> str:
    """One document: for each protocol its tests, what no test reached, and the mutants that none noticed."""
    rows = [_protocol(each, suite) for each, suite in zip(tested, of_tests(tested), strict=True)]
    return json.dumps({"version": __version__, "protocols": rows}, ensure_ascii=False, indent=1)


def _protocol(tested: Tested, suite: BuildSuite) -> dict[str, Any]:
    found: dict[str, Any] = {
        "protocol": suite.name,
        "failed": suite.failed,
        "tests": case_rows(suite),
    }
    if tested.covered:
        found["not_reached"] = [str(goal) for goal in tested.coverage.missing(tested.protocol)]
    if tested.tried:
        found["mutants"] = tested.tried
        found["survived"] = [f"{mutant.rule}: {mutant.words}" for mutant in tested.survivors]
    return found
