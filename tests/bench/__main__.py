"""`./dev bench [W1 W2 ...] [--quick]`: one line of JSON a workload, then its table."""

import argparse
import importlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import machine

MODULES = {
    path.stem.partition("_")[0].upper(): f"tests.bench.{path.stem}"
    for path in sorted(Path(__file__).parent.glob("w[0-9]_*.py"))
}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    arguments.add_argument("workloads", nargs="*", metavar="W1", help="all without any")
    arguments.add_argument("--quick", action="store_true", help="short runs: no figures to keep")
    given = arguments.parse_args()
    chosen = [name.upper() for name in given.workloads] or list(MODULES)
    if unknown := [name for name in chosen if name not in MODULES]:
        arguments.error(f"no workload {', '.join(unknown)}: there are {', '.join(MODULES)}")
    day = datetime.now(UTC).date()
    print(f"{day}, {machine.describe()}, rerun with `./dev bench {' '.join(chosen)}`", flush=True)
    failed = 0
    for name in chosen:
        began = time.monotonic()
        try:
            result = importlib.import_module(MODULES[name]).run(quick=given.quick)
        except Exception as error:  # noqa: BLE001  # the other workloads are still worth their time
            print(f"{name} failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            failed = 1
            continue
        print(result.line(), flush=True)
        print("\n".join(["", *result.table(), ""]), flush=True)
        print(f"{name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
