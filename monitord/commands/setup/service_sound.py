"""The sound card for the service: its unit has it by a drop-in, which a suite file with a sounder needs."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from monitord.commands.setup.dialogue import SetupDialogue
from monitord.commands.whole_files import written
from monitord.config.suite.suite import Suite

DROP_IN: Final = Path("/etc/systemd/system/monitord.service.d/sound.conf")
SHIPPED: Final = Path(sys.prefix) / "share" / "monitord" / "systemd" / "sound.conf"
"""As the version that runs brought it; a version that was not installed brings none."""


def allow_sound(
    dialogue: SetupDialogue, suite: Suite, drop_in: Path = DROP_IN, shipped: Path = SHIPPED
) -> None:
    """Puts the drop-in into its place where a destination plays on the sound card; what is there stays."""
    sounders = ", ".join(suite.sounders)
    if not sounders or drop_in.exists():
        return
    if not shipped.is_file():
        dialogue.skip(
            f"{sounders} needs the sound card: put sound.conf of the release into {drop_in.parent}"
        )
        return
    drop_in.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    written(drop_in, shipped.read_bytes(), 0o644)
    if systemctl := shutil.which("systemctl"):
        subprocess.run([systemctl, "daemon-reload"], check=False, timeout=30)  # noqa: S603 - our own arguments
    dialogue.say(f"  {drop_in} is written: the service has the sound card for {sounders}")
