"""The asserts of each test file are rewritten once, not once in each process of a run: in a new clone that takes seconds.

Each process rewrites its share before it collects, as pytest would, to where pytest looks.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

from tests import fast

TESTS = Path(__file__).parent


def rewrite_share(config: pytest.Config) -> None:
    """The files of this process; of a run in one process, or one that may not write, none."""
    worker = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode:
        return
    number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    skipped = {TESTS / name for name in config.getini("norecursedirs")}
    files = [
        file
        for file in sorted(TESTS.rglob("test_*.py"))
        if skipped.isdisjoint(file.parents)
        and (fast.may_hold(file) or not config.getoption("fast"))
    ]
    rewritten(files[number::count], config)


def rewritten(files: Iterable[Path], config: pytest.Config) -> None:
    """What is there already, and of the file as it is, stays."""
    for file in files:
        folder = rewrite.get_cache_dir(file)
        cached = folder / f"{file.stem}{rewrite.PYC_TAIL}"
        if rewrite.try_makedirs(folder) and rewrite._read_pyc(file, cached) is None:
            source, code = rewrite._rewrite_test(file, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source, cached)
