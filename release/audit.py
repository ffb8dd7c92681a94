"""Known vulnerabilities of every locked version: `./dev audit`, and a step of `.ci/run`.

pip-audit asks the advisory service that it is set up for (the package index's by default, `--service osv` for the
other). Ends with 1 when a version is known to be vulnerable, with 0 when none is, and says how many could be looked
up: a machine that reaches no advisories has audited nothing.
"""

# ruff: noqa: INP001 - beside bundle.py, in no package

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
TIMEOUT_S = 240


def report(found: list[dict[str, object]]) -> tuple[int, list[str]]:
    """Status and lines for people, of pip-audit's `dependencies`."""
    lines = []
    looked_up = [each for each in found if "vulns" in each]
    for part in looked_up:
        for vulnerability in part["vulns"]:  # type: ignore[attr-defined]
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            lines.append(
                f"{part['name']} {part['version']}: {vulnerability['id']}, fixed in {fixed}"
            )
    vulnerable = len(lines)
    lines.append(
        f"audit: {len(looked_up)} of {len(found)} versions looked up, {vulnerable} advisories"
    )
    if found and not looked_up:
        lines.append("audit: NOT DONE, no advisories can be reached from this machine")
    return (1 if vulnerable else 0), lines


def main(arguments: list[str]) -> int:
    """Asks, and prints."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - this Python, no shell
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        found = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        print(
            f"audit: NOT DONE, no advisories can be reached from this machine ({type(error).__name__})"
        )
        return 0
    status, lines = report(found)
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
