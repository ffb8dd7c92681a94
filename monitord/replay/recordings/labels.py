"""Which channel of a file with labelled channels is which signal, and in which unit. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitord.errors import RecordingError
from monitord.model import SIGNALS, Signal
from monitord.replay.recordings.asked_columns import ColumnSettings, split_wanted
from monitord.replay.recordings.column_names import proposals, signal_of
from monitord.replay.recordings.column_table import Values
from monitord.replay.recordings.recording import Request
from monitord.replay.recordings.units import Unit, fits, unit


@dataclass(slots=True)
class Labels:
    """The labels of one file beside what the caller names; RecordingError for a named one that is not there."""

    request: Request
    labels: Sequence[str]
    notes: list[str] = field(default_factory=list)
    stated: set[Signal] = field(default_factory=set)
    """Those whose unit the file or the caller says."""
    _named: dict[str, Signal] = field(default_factory=dict)
    _settings: ColumnSettings = field(default_factory=ColumnSettings)

    def __post_init__(self) -> None:
        named, self._settings = split_wanted(self.request.columns)
        self._named = {label: Signal(key) for key, label in named.items() if key in set(Signal)}
        if absent := [label for label in self._named if label not in self.labels]:
            raise RecordingError(
                f"{self.request.path}: no label is {', '.join(map(repr, absent))} "
                f"(labels: {', '.join(self.labels)})"
            )
        carried = {self.signal(label, "") for label in self.labels}
        self.notes += [
            text
            for text in proposals(self.labels)
            if not any(each is not None and f"'{each}=" in text for each in carried)
        ]

    def signal(self, label: str, dimension: str) -> Signal | None:
        """The signal of a channel; None where it has none, or its unit is that of another quantity."""
        if label in self._named:
            return self._named[label]
        signal = signal_of(label)
        if signal is None or signal in self._named.values():
            return None
        found = self._unit(signal, dimension)
        if found is not None and not fits(found, signal):
            self.notes.append(
                f"{signal}: {label!r} is in {dimension!r}, another quantity; not used"
            )
            return None
        return signal

    def converted(self, signal: Signal, label: str, dimension: str, values: Values) -> Values:
        """The values in the signal's own unit."""
        found = self._unit(signal, dimension)
        if found is not None and fits(found, signal):
            self.stated.add(signal)
        if found is None or found.own or not fits(found, signal):
            return values
        self.notes.append(f"{signal}: {label!r} converted to {SIGNALS[signal].unit}")
        return found.to_own(values)

    def _unit(self, signal: Signal, dimension: str) -> Unit | None:
        return self._settings.units.get(signal) or unit(dimension)
