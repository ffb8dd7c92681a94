"""What a fork of the program finds done: the imports of `monitord run`, the shipped protocols parsed, a record made.

It is imported by the server of forks alone.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pydantic.v1  # noqa: F401
import uvicorn.lifespan.on
import uvicorn.protocols.http.h11_impl  # noqa: F401

import monitord.cli
import monitord.commands.run_command
import monitord.daemon.service  # noqa: F401
from monitord.config import read_protocol
from monitord.plugins import load_plugins
from monitord.store.journal.journal import Journal
from tests.forked import ends_with_its_parent

ends_with_its_parent()
load_plugins()
for _name in ("ketamine_iv_0_5_40", "bed_without_session"):
    read_protocol(_name)
with TemporaryDirectory() as _folder, Journal.open(Path(_folder) / "journal.db"):
    # A new record imports what migrations need.
    pass
