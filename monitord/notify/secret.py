"""Secrets stand in files or in the environment, never in the suite file, a log or an error."""

import os
from pathlib import Path

from monitord.errors import NotifyError


def read_secret(file: str | None, variable: str | None = None) -> str | None:
    """The secret's text, stripped; None where neither is named; NotifyError says what is missing."""
    if file is not None:
        try:
            text = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotifyError(f"cannot read the secret: {type(error).__name__}") from error
        if not text:
            raise NotifyError("the file of the secret is empty")
        return text
    if variable is not None:
        text = os.environ.get(variable, "").strip()
        if not text:
            raise NotifyError(f"the environment has no {variable}")
        return text
    return None
