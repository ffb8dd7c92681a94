"""A recording from a file or a data frame, and back to a data frame."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from monitord.api.data_table import aware, library
from monitord.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitord.replay.recordings import recording as recorded


@dataclass(frozen=True, kw_only=True, repr=False)
class Recording:
    """One patient's recording, as `read` gives it."""

    read: recorded.Recording = field(repr=False)

    def __repr__(self) -> str:
        name = self.read.path.name
        if self.start is None:
            waves = ", ".join(each.name for each in self.read.waveforms)
            return f"Recording({name}: no reading{f'; waveforms {waves}' if waves else ''})"
        return f"Recording({name}: {', '.join(self.signals)}; {self.start} to {self.end})"

    @property
    def patient(self) -> str:
        """Groups recordings in statistics."""
        return self.read.patient

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals of which there is at least one number."""
        return tuple(sorted(map(str, self.read.signals)))

    @property
    def start(self) -> datetime | None:
        """Time of the first row, None for a recording without any."""
        return aware(self.read.start)

    @property
    def end(self) -> datetime | None:
        """Time of the last row, None for a recording without any."""
        return aware(self.read.end)

    @property
    def simulated(self) -> bool:
        """Whether the file says that no patient is behind it."""
        return self.read.simulated

    @property
    def report(self) -> tuple[str, ...]:
        """How the file was read: columns, units, clock, what was left out."""
        return tuple(self.read.describe())

    def to_pandas(self) -> Any:
        """A pandas DataFrame: `time` (UTC), then a column a signal with its numbers as the file has them (NaN: none).

        Marks of quality, faults and waveforms are not in it. ImportError where pandas is not installed.
        """
        pandas = library("pandas")
        times = pandas.to_datetime(self.read.table.times, unit="us", utc=True)
        return pandas.DataFrame({"time": times, **self._columns()})

    def to_polars(self) -> Any:
        """As `to_pandas`, a polars DataFrame (null: none); ImportError where polars is not installed."""
        polars = library("polars")
        times = polars.Series("time", self.read.table.times).cast(polars.Datetime("us", "UTC"))
        columns = [polars.Series(*each).fill_nan(None) for each in self._columns().items()]
        return polars.DataFrame([times, *columns])

    def _columns(self) -> dict[str, Any]:
        table = self.read.table
        return {str(signal): table.values[:, at] for at, signal in enumerate(table.signals)}

    @classmethod
    def from_pandas(
        cls,
        frame: Any,
        *,
        columns: Mapping[str, str] | None = None,
        tz: str | tzinfo | None = None,
        patient: str = "frame",
        simulated: bool = False,
    ) -> Recording:
        """A DataFrame read as its CSV would be: the same names, units, clocks and doubts. An index of times counts as
        the column `time`, another one that has a name as the column of that name. RecordingError says what cannot be read.
        """
        if hasattr(frame.index, "tz"):
            frame = frame.rename_axis("time").reset_index()
        elif frame.index.name is not None:
            frame = frame.reset_index()
        write = frame.to_csv
        return cls._from_csv(lambda file: write(file, index=False), columns, tz, patient, simulated)

    @classmethod
    def from_polars(
        cls,
        frame: Any,
        *,
        columns: Mapping[str, str] | None = None,
        tz: str | tzinfo | None = None,
        patient: str = "frame",
        simulated: bool = False,
    ) -> Recording:
        """As `from_pandas`, of a polars DataFrame."""
        return cls._from_csv(frame.write_csv, columns, tz, patient, simulated)

    @classmethod
    def _from_csv(
        cls,
        write: Callable[[Path], object],
        columns: Mapping[str, str] | None,
        tz: str | tzinfo | None,
        patient: str,
        simulated: bool,  # noqa: FBT001 - private, of two public doors
    ) -> Recording:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "frame.csv"
            write(file)
            try:
                found = read(file, columns=columns, tz=tz).read
            except RecordingError as error:
                raise RecordingError(str(error).replace(str(file), "the frame")) from error
        marked = simulated or found.simulated
        return cls(read=replace(found, path=Path("frame"), patient=patient, simulated=marked))


def read(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    tz: str | tzinfo | None = None,
    patient: str | None = None,
) -> Recording:
    """The recording in a file of any kind that docs/recordings.md lists.

    `columns` says which column holds what, `{"spo2": "Sat"}`, and what `--format` and `--unit` say on the command line:
    `{"format": "%d/%m/%Y", "unit": "ms", "unit.etco2": "kPa"}`; `tz` is the zone of times that name none (UTC by
    default); `patient` chooses one of several. RecordingError says what cannot be read.
    """
    from monitord.replay.recordings.open_recordings import open_recording
    from monitord.replay.run.options import zone_of

    zone = zone_of(tz) if isinstance(tz, str) else tz
    return Recording(read=open_recording(path, tz=zone, columns=columns, patient=patient))
