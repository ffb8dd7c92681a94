"""The kit that proves a plug-in: what every driver and notifier must keep, for any package's.

`monitord devices --verify NAME` runs it, and so does the pytest plug-in (`pytest_plugin.py`).
"""

from monitord.kit.check import Broken, LeftOut
from monitord.kit.example import Example
from monitord.kit.verify import Verdict, checks_of, verify
from monitord.notify.rehearsal import Mood, Rehearsal

__all__ = ["Broken", "Example", "LeftOut", "Mood", "Rehearsal", "Verdict", "checks_of", "verify"]
