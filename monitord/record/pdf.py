"""The printable page as PDF, made by the browser of this machine; without one there is a clear error."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from monitord.errors import RecordingError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S: Final = 120


def write_pdf(page: str, path: Path) -> list[Path]:
    """Prints `page`; RecordingError where no browser is there, or it does not print."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise RecordingError(
            f"PDF is printed by a browser, and none of {', '.join(BROWSERS)} is on this machine: "
            "use --format html and print it"
        )
    with TemporaryDirectory(prefix="monitord-pdf-") as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-sandbox",
            "--no-first-run",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments, our own page
                command, capture_output=True, timeout=TIMEOUT_S, check=False, text=True
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RecordingError(f"{browser} did not print: {error}") from error
        if done.returncode or not target.exists():
            raise RecordingError(f"{browser} did not print: {done.stderr.strip()[-500:]}")
        shutil.copyfile(target, path)
    return [path]
