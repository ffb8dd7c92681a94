"""`monitord devices --verify NAME`: a line a check, and how many were broken."""

from collections import Counter

import structlog

from monitord.kit.verify import verify
from monitord.printed_table import drawn


def verify_command(name: str) -> bool:
    """Prints the verdicts; whether none is broken."""
    # What a driver logs while it is ill-treated is no finding.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    verdicts = verify(name)
    rows = [(verdict.outcome, verdict.check, verdict.why) for verdict in verdicts]
    if not drawn(("outcome", "check", "why"), rows):
        print("\n".join(map(str, verdicts)))
    count = Counter(verdict.outcome for verdict in verdicts)
    print(f"{name}: {count['kept']} kept, {count['left out']} left out, {count['broken']} broken")
    return not count["broken"]
