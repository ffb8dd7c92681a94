"""A public door: the options of a replay, under the name that they had in 0.1.0."""

from monitord.replay.run.options import ReplayOptions

Asked = ReplayOptions

__all__ = ["Asked"]
