"""monitord in Python: `from monitord import api as md`.

Input: paths, data frames, protocols, and datetimes with a time zone; one without is a ValueError. Output: rows as a
`DataTable`, in the units of `monitord.model.SIGNALS`, with datetimes in UTC; nobody is notified. Faults of files and
settings are children of `monitord.errors.MonitordError`. Libraries are imported when they are used.
"""

from monitord.api.data_table import DataTable
from monitord.api.host_engine import Engine
from monitord.api.many_recordings import backtest, diff, sweep
from monitord.api.read_recording import Recording, read
from monitord.api.replayed_result import Result, replay
from monitord.api.session_export import export
from monitord.api.written_protocol import Protocol

__all__ = [
    "DataTable",
    "Engine",
    "Protocol",
    "Recording",
    "Result",
    "backtest",
    "diff",
    "export",
    "read",
    "replay",
    "sweep",
]
