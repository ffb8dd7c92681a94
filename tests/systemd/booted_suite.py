"""The suite file of booted.sh: one bed whose line is not there, which is an alarm after 10 s, and a sounder."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.ward import BRIEF, ward


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name, ward(Path(name), watch=BRIEF) as suite:
        document = suite.document()
        line = {"driver": "nonin", "port": "/dev/ttyS9", "format": "df8"}
        sounder = ["/usr/bin/python3", "/probe/booted_sounder.py"]
        document["database"] = "/var/lib/monitord/monitord.db"
        document["beds"]["1"]["devices"] = {"oximeter": line}
        document["destinations"] = {
            "speaker": {"notifier": "command", "run": sounder, "sound": True}
        }
        document["routes"] = {word: {"tiers": [{"to": ["speaker"]}]} for word in ("high", "medium")}
        (folder / "suite.yaml").write_text(json.dumps(document))
        shutil.copy(Path(name) / "watch.yaml", folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
