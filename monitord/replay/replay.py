"""A public door: `replay_file` stands in `run/replay_run.py`."""

from monitord.replay.run.replay_run import replay_file

__all__ = ["replay_file"]
