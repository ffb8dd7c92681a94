"""Stands for a sounder in the booted unit: says whether it came through to the sound card."""

import errno
import grp
import os
from pathlib import Path

try:
    os.close(os.open("/dev/snd/controlC0", os.O_RDWR | os.O_CLOEXEC))
    said = "opened"
except OSError as error:
    said = errno.errorcode[error.errno or 0]
groups = sorted(grp.getgrgid(each).gr_name for each in os.getgroups())
with Path("/var/lib/monitord/sound.log").open("a", encoding="utf-8") as log:
    log.write(f"{said}, groups {groups}: {os.environ['MONITORD_HEADLINE']}\n")
