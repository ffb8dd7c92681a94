"""Parquet files: the columns of a CSV export with types; the same names and mapping.

The `pyarrow` library is an extra. A timestamp column without zone is local time.
"""

from collections.abc import Iterator, Mapping

from monitord.errors import RecordingError
from monitord.replay.recordings.column_names import says_simulated
from monitord.replay.recordings.columns import Cut, Sheet, plan, recordings
from monitord.replay.recordings.extras import load
from monitord.replay.recordings.reading_report import Tally
from monitord.replay.recordings.recording import Recording, Request


def read(request: Request) -> Iterator[Recording]:
    """The recordings in the file: one, or one a patient where a column is mapped to `patient`."""
    arrow = load("pyarrow", "archive", request.path)
    parquet = load("pyarrow.parquet", "archive", request.path)
    try:
        file = parquet.ParquetFile(request.path)
        header = [str(name) for name in file.schema_arrow.names]
        found = plan(header, request.columns)
        if found is None:
            msg = (
                f"{request.path}: no column is a clock and a signal (found: {', '.join(header)}); "
                "name the columns, such as --columns time=COLUMN,spo2=COLUMN"
            )
            raise RecordingError(msg)
        wanted = {at for at, _ in found.clocks} | found.readings
        wanted |= {at for at in (found.date, found.patient) if at is not None}
        table = file.read(columns=[header[at] for at in sorted(wanted)])
        texts = {
            name: ["" if cell is None else cell for cell in column.cast(arrow.string()).to_pylist()]
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
        rows = table.num_rows
    except (arrow.ArrowException, OSError) as exc:
        msg = f"{request.path}: not a readable Parquet file: {exc}"
        raise RecordingError(msg) from exc
    metadata = file.schema_arrow.metadata or {}
    sheet = Sheet(
        header=header,
        columns=[texts[name] if at in wanted else [] for at, name in enumerate(header)],
        lines=range(1, rows + 1),
    )
    cut = Cut(sheet=sheet, plan=found, tally=Tally(), simulated=_simulated(metadata))
    yield from recordings(request, cut, "Parquet")


def _simulated(metadata: Mapping[bytes, bytes]) -> bool:
    said = (b" = ".join(pair).decode("utf-8", "replace") for pair in metadata.items())
    return any(says_simulated(text) for text in said)
