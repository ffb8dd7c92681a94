"""Words for tests of codecs, beside those of `monitord.kit`."""

from collections.abc import Iterable

from devices.wire import Said
from monitord.kit.wire_checks import AT, JUNK, feed, frames
from monitord.model import Fault, Frame, Quality, Sample, Signal, Wave

__all__ = ["AT", "JUNK", "faults", "feed", "frames", "quality", "sample", "values", "waves"]


def faults(said: Iterable[Said]) -> list[Fault]:
    return [one for one in said if isinstance(one, Fault)]


def waves(said: Iterable[Said]) -> list[Wave]:
    return [one for one in said if isinstance(one, Wave)]


def values(frame: Frame) -> dict[Signal, float | None]:
    return {sample.signal: sample.value for sample in frame.samples}


def quality(frame: Frame) -> Quality:
    """The one quality of a frame whose samples share it."""
    (only,) = {sample.quality for sample in frame.samples}
    return only


def sample(frame: Frame, signal: Signal) -> Sample:
    (only,) = [one for one in frame.samples if one.signal is signal]
    return only
