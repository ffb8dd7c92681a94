"""`python -m tests.engine.second_edition --traces 1000`: the model and the engine on random traces.

Prints the first difference of each trace, and in the end how many lines agreed. Exit 1 on a difference.
"""

import argparse
import sys
from time import process_time

from tests.engine.second_edition.coincidences import coinciding
from tests.engine.second_edition.compare import differences
from tests.engine.second_edition.shrink import in_words, shrunk
from tests.engine.second_edition.traces import eventful, trace


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--traces", type=int, default=60, help="how many random traces (default 60)"
    )
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument(
        "--eventful",
        action="store_true",
        help="with moves, pauses, other devices, changes of phase",
    )
    parser.add_argument(
        "--coinciding",
        action="store_true",
        help="with something in the very seconds in which a clock runs out, and restarts",
    )
    parser.add_argument(
        "--shrink", action="store_true", help="print the smallest trace that differs"
    )
    given = parser.parse_args()
    made = coinciding if given.coinciding else eventful if given.eventful else trace
    began = process_time()
    lines = differing = 0
    for seed in range(given.first, given.first + given.traces):
        rule, seconds = made(seed)
        compared = differences(rule, seconds)
        lines += compared.lines
        differing += bool(compared.found)
        for each in compared.found[:1]:
            print(f"seed {seed} {rule.name} {each}", flush=True)
            if given.shrink:
                print(f"  {in_words(shrunk(rule, seconds, each))}")
    spent = process_time() - began
    print(f"{given.traces} traces, {lines} lines, {differing} traces differ, {spent:.1f} s of CPU")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
