"""What `monitord test` found, for programs: JUnit XML for a build server, and JSON."""

import json
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitord import __version__
from monitord.config import identity
from monitord.model.outside_text import one_line
from monitord.replay.stories.story_report import Tested


def junit_xml(tested: Sequence[Tested]) -> str:
    """A `testsuite` for each protocol, a `testcase` for each story; what is not as expected is a `failure`.

    Times are left out: the same tests give the same file.
    """
    root = Element("testsuites")
    for each in tested:
        failed = sum(1 for outcome in each.outcomes if outcome.faults)
        count = {"tests": str(len(each.outcomes)), "failures": str(failed), "errors": "0"}
        suite = SubElement(root, "testsuite", {"name": identity(each.protocol), **count})
        for outcome in each.outcomes:
            names = {"classname": one_line(outcome.file), "name": one_line(outcome.story.name)}
            case = SubElement(suite, "testcase", names)
            if outcome.faults:
                said = [one_line(fault) for fault in outcome.faults]
                SubElement(case, "failure", {"message": said[0]}).text = "\n".join(said)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def json_document(tested: Sequence[Tested]) -> str:
    """One document: for each protocol its tests, what no test reached, and the mutants that none noticed."""
    return json.dumps(
        {"version": __version__, "protocols": [_protocol(each) for each in tested]},
        ensure_ascii=False,
        indent=1,
    )


def _protocol(tested: Tested) -> dict[str, Any]:
    found: dict[str, Any] = {
        "protocol": identity(tested.protocol),
        "failed": sum(1 for outcome in tested.outcomes if outcome.faults),
        "tests": [
            {
                "file": outcome.file,
                "name": outcome.story.name,
                "passed": not outcome.faults,
                "faults": list(outcome.faults),
            }
            for outcome in tested.outcomes
        ],
    }
    if tested.covered:
        found["not_reached"] = [str(goal) for goal in tested.coverage.missing(tested.protocol)]
    if tested.tried:
        found["mutants"] = tested.tried
        found["survived"] = [f"{mutant.rule}: {mutant.words}" for mutant in tested.survivors]
    return found
