"""`./dev bench [W1 W2 ...] [--quick]`: one line of JSON a workload, then its table.

A workload that cannot run here, or fails, says so in its line; the others go on.
"""

import argparse
import importlib
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitord.daemon.logs import configure
from tests.bench import machine
from tests.bench.figures import Result

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
    machine.prefer()
    with Path(os.devnull).open("w") as nowhere:
        # As the service: JSON to a pipe. Nothing but figures is printed here.
        configure(nowhere)
        failed = [_tell(name, quick=given.quick) for name in chosen]
    return int(any(failed))


def _tell(name: str, *, quick: bool) -> bool:
    """Prints what the workload found; whether it broke."""
    machine.use_all_cores()
    began = time.monotonic()
    result, failed = _measured(name, quick=quick)
    print(result.line(), flush=True)
    print("\n".join(["", *result.table(), ""]), flush=True)
    print(f"{name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return failed


def _measured(name: str, *, quick: bool) -> tuple[Result, bool]:
    """What the workload found, and whether it broke."""
    try:
        result: Result = importlib.import_module(MODULES[name]).run(quick=quick)
    except pytest.skip.Exception as why:  # what it needs is not on this machine
        return Result(workload=name, title="left out", skipped=[str(why)]), False
    except Exception as error:  # noqa: BLE001  # the other workloads are still worth their time
        said = f"{type(error).__name__}: {error}"
        return Result(workload=name, title="failed", skipped=[said]), True
    return result, False


if __name__ == "__main__":
    sys.exit(main())
