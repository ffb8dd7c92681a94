"""A process to be killed or starved: appends one frame at a time and says which are recorded.

`python victim.py JOURNAL [BYTES]`: with BYTES no file may grow beyond it.
"""

import resource
import sys
from dataclasses import replace

from monitord.errors import StoreError
from monitord.store.journal.journal import Journal
from tests.store.builders import frame, line, notify


def main(path: str, limit: int | None) -> None:
    with Journal.open(path) as journal:
        first = journal.last_seq + 1
        print("open", flush=True)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        for second in range(first, 1_000_000):
            told = line(second, f"alarm {second}")
            entry = replace(frame(second), effects=(told, notify(f"key {second}", told)))
            try:
                (seq,) = journal.append([entry])
            except StoreError as exc:
                print("full", exc, flush=True)
                break
            print(seq, flush=True)
        else:
            return
        # Room again: the daemon goes on with the very entry that failed.
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        print("again", *journal.append([entry]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
