"""What a suite file says of recording live: where to, and how much is kept."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from monitord.config.reader import STRICT
from monitord.config.suite import Recording


class RecordFile(BaseModel):
    """`folder` is relative to the suite file; sizes are MB (10^6 bytes) on disk, packed."""

    model_config = STRICT

    folder: Annotated[str, Field(min_length=1)]
    keep_mb: Annotated[int, Field(ge=1, le=10_000_000)] = 2000
    file_mb: Annotated[int, Field(ge=1, le=10_000)] = 20


def read_record(file: RecordFile | None, near: Path) -> Recording | None:
    """Where live recordings go; None where nothing is recorded."""
    if file is None:
        return None
    mega = 1_000_000
    return Recording(
        folder=near / Path(file.folder).expanduser(),
        keep=file.keep_mb * mega,
        each=min(file.file_mb, file.keep_mb) * mega,
    )
