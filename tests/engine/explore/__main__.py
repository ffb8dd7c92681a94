"""`python -m tests.engine.explore`: states explored and seconds taken; exit 1 where one is wrong."""

import argparse
import sys

from tests.engine.explore.search import explore
from tests.engine.explore.tables import Tables
from tests.engine.explore.whole import Whole


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=10, help="depth of the tables (default 10)")
    parser.add_argument("--whole", type=int, default=6, help="depth of the engine (default 6)")
    given = parser.parse_args()
    wrong = False
    for name, found in (
        ("the alarm's tables", explore(Tables(), given.tables)),
        ("the engine of one rule", explore(Whole(), given.whole)),
    ):
        print(f"{name}: {found}", flush=True)
        for way, fault in found.faults:
            print(f"  {', '.join(way)}: {fault}")
        wrong = wrong or bool(found.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
