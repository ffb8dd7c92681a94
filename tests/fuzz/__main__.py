"""`python -m tests.fuzz [TARGET] [libFuzzer options]`: atheris on one codec; without TARGET the list.

    python -m tests.fuzz nonin-df2 -max_total_time=600 corpus/

Needs the extra `fuzz`. A finding is written to a file `crash-...` in the working folder.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["devices"]):
    from tests.fuzz.targets import seeds, targets


def main() -> None:
    known = targets()
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        print("\n".join(known))
        sys.exit(len(sys.argv) > 1)
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory(prefix="monitord-fuzz-") as folder:
        Path(folder, "healthy").write_bytes(seeds()[name])
        # libFuzzer keeps what it finds in the first folder: the caller's, if there is one.
        atheris.Setup([*sys.argv, folder], known[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
