"""`python -m tests.fuzz [--codecs [NAME ...]] [--readers [NAME ...]] [--count N] [--seed S]`.

Changed inputs for every codec and every reader of recordings, in one process:

    python -m tests.fuzz                                  # 1,000,000 for each codec, 100,000 for each reader
    python -m tests.fuzz --codecs nonin-df2 mqtt --count 10000
    python -m tests.fuzz --readers
    python -m tests.fuzz --list
    python -m tests.fuzz --atheris nonin-df2 -max_total_time=600 corpus/

Ends with 1 where any target has a finding, whose input is written to a file `crash-...` in the working folder.
An input may take a second of processor time and the process 200 MB more than at its start. With the extra
`fuzz`, `--atheris` lets libFuzzer look for what covers more code.
"""

import argparse
import gc
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from tests.fuzz.readers import readers
from tests.fuzz.run import bounded, run
from tests.fuzz.targets import FuzzTarget, codecs

COUNTS: Final = {"codec": 1_000_000, "reader": 100_000}
ROUNDS: Final = 20


def main() -> int:
    if sys.argv[1:2] == ["--atheris"]:
        return with_atheris(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--codecs", nargs="*", metavar="NAME", help="these, or every one")
    parser.add_argument("--readers", nargs="*", metavar="NAME", help="these, or every one")
    parser.add_argument(
        "--count", type=int, help="inputs for each (a million for a codec, 100000 for a reader)"
    )
    parser.add_argument("--seed", default="1", help="another one gives other inputs (1)")
    parser.add_argument("--list", action="store_true", help="prints the names")
    given = parser.parse_args()
    known = {"codec": codecs(), "reader": readers()}
    if given.list:
        for kind, targets in known.items():
            print(*(f"{kind} {name}" for name in targets), sep="\n")
        return 0
    chosen = {"codec": given.codecs, "reader": given.readers}
    if given.codecs is None and given.readers is None:
        chosen = {"codec": [], "reader": []}
    for kind, names in chosen.items():
        if unknown := set(names or ()) - known[kind].keys():
            parser.error(f"no such {kind}: {', '.join(sorted(unknown))} (see --list)")
    logging.disable()  # readers log what they refuse
    trials = [
        Trial(
            kind=kind,
            name=name,
            target=known[kind][name],
            seed=given.seed,
            count=given.count or COUNTS[kind],
        )
        for kind, names in chosen.items()
        if names is not None
        for name in names or known[kind]
    ]
    return _rounds(trials)


@dataclass(slots=True, kw_only=True)
class Trial:
    """One target on its way through its inputs."""

    kind: str
    name: str
    target: FuzzTarget
    seed: str
    count: int
    found: bool = False
    _inputs: Iterator[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._inputs = self.target.inputs(self.count, self.seed)
        self.target.take(self.target.healthy)  # loads what it imports

    def go(self, count: int) -> None:
        """Takes so many more, unless one was found that does harm."""
        if self.found or (finding := run(self.target.take, islice(self._inputs, count))) is None:
            return
        self.found = True
        print(f"{self.kind} {self.name}: {finding.why}; {finding.keep(Path.cwd())}", flush=True)


def _rounds(trials: list[Trial]) -> int:
    """All targets by turns, so that a run that is ended has tried each equally."""
    counts = {trial.kind: trial.count for trial in trials}
    gc.freeze()
    with bounded():
        for number in range(1, ROUNDS + 1):
            for trial in trials:
                done = [trial.count * each // ROUNDS for each in (number - 1, number)]
                trial.go(done[1] - done[0])
            parts = ", ".join(
                f"{count * number // ROUNDS:,} of {count:,}{' inputs' * (not at)} for each {kind}"
                for at, (kind, count) in enumerate(counts.items())
            )
            print(f"{parts}; {time.process_time():.0f} s of processor time", flush=True)
    found = {
        kind: [each.name for each in trials if each.found and each.kind == kind] for kind in counts
    }
    if any(found.values()):
        said = (
            f"{len(names)} {kind}s: {', '.join(names)}" for kind, names in found.items() if names
        )
        print(f"found something in {'; '.join(said)}")
        return 1
    each = [
        f"{count:,}{' inputs' * (not at)} for each of {sum(t.kind == kind for t in trials)} {kind}s"
        for at, (kind, count) in enumerate(counts.items())
    ]
    print(f"nothing found: {', '.join(each)}")
    return 0


def with_atheris(options: list[str]) -> int:
    """Hands one codec over to libFuzzer, which ends the process."""
    import atheris

    with atheris.instrument_imports(include=["devices"]):
        known = codecs()
    if not options or options[0] not in known:
        print("\n".join(known))
        return int(bool(options))
    target = known[options[0]]
    with tempfile.TemporaryDirectory(prefix="monitord-fuzz-") as folder:
        Path(folder, "healthy").write_bytes(target.healthy)
        # libFuzzer keeps what it finds in the first folder: the caller's, if there is one.
        atheris.Setup([sys.argv[0], *options[1:], folder], target.take)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
