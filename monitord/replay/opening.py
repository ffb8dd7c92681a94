"""A public door: `open_recording` stands in `recordings/open_recordings.py`."""

from monitord.replay.recordings.open_recordings import open_recording

__all__ = ["open_recording"]
