"""Secrets stand in files or in the environment, never in the suite file, a log or an error."""

import os
from pathlib import Path
from urllib.parse import urlsplit

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


def read_url(file: str | None, variable: str | None = None) -> str:
    """An address that is itself a secret; NotifyError where it is missing or is none."""
    url = read_secret(file, variable) or ""
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise NotifyError("what the file of the address holds is no http or https address")
    return url
