"""`python -m tests.bench.two_editions OLDER`: an engine step of this tree beside one of an older tree.

OLDER is a checkout of the other edition: `git worktree add ../before d0f74f8 --detach` gives 0.1.0. The two run
in turn, each in a process of its own over the same frames, each with the protocol that it ships. Processor time is
counted; run it with priority (`nice -n -18`) where other work runs as well. Exit 1 where a course takes longer than
`AT_MOST` times the older edition.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.bench import machine
from tests.bench.edition_steps import COURSES, NIGHT
from tests.public_recordings import SHARED_DATA

HERE = Path(__file__).resolve().parents[2]
STEPS = Path(__file__).with_name("edition_steps.py")
AT_MOST = 1.15
TITLES = {
    "well": "a patient who is well",
    "standing": "an alarm that stands",
    "restless": "a restless signal",
    "night": "a real night",
}


def measured(tree: Path, course: str, recordings: Path) -> dict[str, float]:
    """What one process of an edition takes for a course."""
    command = (sys.executable, "-P", str(STEPS), course, str(recordings))
    fixed = {"PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=tree, env={**os.environ, **fixed}, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("older", type=Path, help="a checkout of the older edition")
    parser.add_argument("courses", nargs="*", help=f"all of {', '.join(TITLES)} without any")
    parser.add_argument("--pairs", type=int, default=9, help="how often each runs (default 9)")
    parser.add_argument(
        "--recordings", type=Path, default=SHARED_DATA, help="the folder of public recordings"
    )
    given = parser.parse_args()
    has_night = (given.recordings / NIGHT).is_file()
    known = [*COURSES, *(("night",) if has_night else ())]
    print(f"{machine.describe()}; {given.pairs} pairs; us of processor a step, smallest (median)")
    slow, older_tree = False, given.older.resolve()
    for course in given.courses or known:
        pairs = [
            tuple(measured(tree, course, given.recordings) for tree in (older_tree, HERE))
            for _ in range(given.pairs)
        ]
        older, ours = ([each["us"] for each in side] for side in zip(*pairs, strict=True))
        smallest = min(ours) / min(older)
        middle = median(b / a for a, b in zip(older, ours, strict=True))
        slow |= middle > AT_MOST
        said = " and ".join(f"{each['effects']:.0f}" for each in pairs[0])
        print(
            f"{TITLES[course]}: {min(older):.1f} ({median(older):.1f}), now {min(ours):.1f} "
            f"({median(ours):.1f}): {smallest:.2f} times, pair by pair {middle:.2f}; "
            f"{pairs[0][0]['steps']:.0f} steps, {said} effects",
            flush=True,
        )
    if not has_night:
        print("Left out: the real night, whose recording is not on this machine.")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
