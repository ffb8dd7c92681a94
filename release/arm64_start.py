"""Starts what the bundle installed on a machine of another kind: the libraries with code of their own, and the daemon.

Run by `release/make arm64` under qemu-user: `python arm64_start.py`, with the installed environment's Python.
"""

# ruff: noqa: INP001 - a program of its own, in no package

import importlib
import platform
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

COMPILED = ("numpy", "pyarrow.parquet", "wfdb", "edfio", "psycopg", "argon2", "pydantic", "scipy")
PORT = "18787"
URL = f"http://127.0.0.1:{PORT}/health/ready"
WITHIN_S = 420
"""An emulated processor is some twenty times slower."""


def main() -> None:
    """Ends with 0 once the daemon is ready and an alarm was told."""
    print(platform.machine(), platform.python_version(), flush=True)
    for name in COMPILED:
        importlib.import_module(name)
        print(f"{name} is loaded", flush=True)
    command = [str(Path(sys.executable).with_name("monitord")), "demo", "--port", PORT]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603 - our own
        for line in demo.stdout or ():
            if any(word in line for word in ("HIGH", "MEDIUM")):
                print(f"after {time.monotonic() - began:.0f} s: {line.strip()}", flush=True)
                break
            if time.monotonic() - began > WITHIN_S:
                raise SystemExit("no alarm")
        with urllib.request.urlopen(URL, timeout=60) as answer:
            print(f"{URL}: {answer.status}", flush=True)
        demo.send_signal(signal.SIGINT)
        demo.communicate()


if __name__ == "__main__":
    main()
