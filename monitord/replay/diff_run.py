"""A public door: `diff` stands in `compare/diff_run.py`."""

from monitord.replay.compare.diff_run import diff

__all__ = ["diff"]
