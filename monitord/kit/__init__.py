"""The checks that every driver and notifier must pass, bundled or of another package.

`monitord devices --verify NAME` and the pytest plug-in run them.

Input: a plug-in by name. Output: a verdict for each check.
"""

from monitord.kit.example import Example
from monitord.kit.kit_check import Broken, LeftOut
from monitord.kit.verify import Verdict, checks_of, verify
from monitord.notify.channels.rehearsal import Mood, Rehearsal

__all__ = ["Broken", "Example", "LeftOut", "Mood", "Rehearsal", "Verdict", "checks_of", "verify"]
