"""Sounds when the daemon's heartbeat stops. Standard library only; shares nothing with the daemon but one file.

`watcher.py FILE [--after 5] [--sound COMMAND]` watches, `watcher.py --say TEXT` sounds once. The file is JSON:
`beat` is CLOCK_BOOTTIME in microseconds (a step of the wall clock moves nothing), `state` is running, stopped or refused,
`open_sessions` how many patients are watched. It sounds while the heartbeat is older than `--after`, missing or
unreadable; a daemon that was stopped in order while nobody was watched is quiet.

It is watched itself: systemd's watchdog by NOTIFY_SOCKET, and the file `state` in RUNTIME_DIRECTORY says every second
that it lives (`beat`) and what was wrong when it last tried its sound (`no_sound`, null when it played): at start and
once a day, softly.
"""

# ruff: noqa: INP001 - a program of its own, in no package

import argparse
import io
import json
import math
import os
import shlex
import socket
import struct
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import NamedTuple

LOOK_S = 1.0
REPEAT_S = 10.0
"""Between two bursts: IEC 60601-1-8 table 3 gives 2.5 to 15 s for a high priority signal."""
PLAYER = ("aplay", "-q", "-")
PLAY_LIMIT_S = 10.0
RATE = 22_050
BURST_S = (0.0, 0.3, 0.6, 1.1, 1.4)
"""Where the five pulses of one half of a high priority burst begin; the half is played twice."""
PULSE_S = 0.18
HIGH_PRIORITY = tuple(half + start for half in (0.0, 2.2) for start in BURST_S)
TRIAL_EVERY_S = 24 * 3600.0
SOFT = 0.02
"""How loud the trial is, of full scale: the card and its player are tried, and nobody is called."""
STATE = "state"
FUNDAMENTAL_HZ = 520
"""With four harmonics, so that it carries on a small loudspeaker (150-1000 Hz and at least four harmonics)."""


class PatientView(NamedTuple):
    """What the file says at one look: `lost` is None while all is well."""

    lost: str | None
    note: str = ""


def look(file: Path, after_s: float, now_us: int) -> PatientView:
    """Judges the heartbeat at `now_us` of CLOCK_BOOTTIME."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        age_s = (now_us - int(said["beat"])) / 1e6
        stopped = said["state"] == "stopped"
        refused = said["state"] == "refused"
        why = str(said.get("why", ""))
        watched = int(said["open_sessions"])
    except FileNotFoundError:
        return PatientView("no heartbeat: monitord does not run")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return PatientView(f"the heartbeat cannot be read: {error!r}")
    if refused:
        return PatientView(f"monitord does not run, its suite file cannot be used: {why}")
    if stopped:
        if watched:
            return PatientView(f"monitord was stopped while {watched} patients were watched")
        return PatientView(None, "monitord was stopped in order")
    # A beat from the future is one from before a restart of the machine.
    if age_s > after_s or age_s < -1:
        return PatientView(f"the last heartbeat of monitord is {age_s:.0f} s old")
    return PatientView(None)


def burst(loud: float = 0.4, starts: tuple[float, ...] = HIGH_PRIORITY) -> bytes:
    """The high priority signal as a WAV file: ten pulses, full scale with room for the sum."""
    samples = [0.0] * int(RATE * (starts[-1] + PULSE_S + 0.1))
    for start in starts:
        first, length = int(start * RATE), int(PULSE_S * RATE)
        for n in range(length):
            # Rises and falls within a tenth of the pulse: no click.
            edge = min(1.0, n / (0.1 * length), (length - n) / (0.1 * length))
            tone = sum(
                math.sin(2 * math.pi * FUNDAMENTAL_HZ * h * n / RATE) / h for h in range(1, 6)
            )
            samples[first + n] += edge * tone * loud
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        ints = [int(max(-1.0, min(1.0, s)) * 32_767) for s in samples]
        file.writeframes(struct.pack(f"<{len(ints)}h", *ints))
    return out.getvalue()


def sound(player: tuple[str, ...], played: bytes) -> str | None:
    """Plays a WAV file; what went wrong, None when it was played."""
    try:
        done = subprocess.run(  # noqa: S603 - the command is the unit's own
            player, input=played, capture_output=True, timeout=PLAY_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode:
        return done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
    return None


def tell(text: str, player: tuple[str, ...]) -> None:
    """To the ear, the log, and the terminal's bell where no sound comes out."""
    said(f"ALARM {text}")
    fault = sound(player, burst())
    if fault is not None:
        said(f"no sound: {fault}")
        print("\a", end="", flush=True)


def said(text: str) -> None:
    """A line in the log."""
    print(f"monitord-watcher: {text}", file=sys.stderr, flush=True)


def watch(file: Path, after_s: float, player: tuple[str, ...]) -> None:
    """For ever. Right after its own start it gives the daemon `after_s` to show itself."""
    started = boot_us()
    before: PatientView | None = None
    told_at = tried_at = -math.inf
    no_sound: str | None = None
    notify("READY=1")
    while True:
        now = boot_us()
        if (now / 1e6) - tried_at >= TRIAL_EVERY_S:
            tried_at = now / 1e6
            no_sound = sound(player, burst(SOFT, (0.0,)))
            said(f"no sound: {no_sound}" if no_sound else "its sound was tried")
        show(now, no_sound)
        notify("WATCHDOG=1")
        seen = look(file, after_s, now)
        starting = seen.lost is not None and (now - started) / 1e6 < after_s
        if seen.lost is None and before != seen:
            said(seen.note or "heartbeat seen")
        if seen.lost is not None and not starting and (now / 1e6) - told_at >= REPEAT_S:
            told_at = now / 1e6
            tell(seen.lost, player)
        if seen.lost is None:
            told_at = -math.inf
        before = seen
        time.sleep(LOOK_S)


def show(now_us: int, no_sound: str | None) -> None:
    """For the daemon, which tells people when the watcher cannot."""
    folder = os.environ.get("RUNTIME_DIRECTORY", "")
    if not folder:
        return
    file = Path(folder) / STATE
    fresh = file.with_suffix(".new")
    try:
        fresh.write_text(json.dumps({"beat": now_us, "no_sound": no_sound}), encoding="utf-8")
        fresh.chmod(0o644)
        fresh.replace(file)
    except OSError as error:
        said(f"its state cannot be written: {error}")


def notify(text: str) -> None:
    """To systemd, where it asked for it (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.connect("\0" + address[1:] if address.startswith("@") else address)
            out.send(text.encode())
    except OSError as error:
        said(f"systemd does not listen: {error}")


def boot_us() -> int:
    """Microseconds since boot, suspend included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def main() -> None:
    """Options in, then `watch` or one `tell`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--after", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--sound", default=shlex.join(PLAYER), metavar="COMMAND")
    parser.add_argument("--say", metavar="TEXT")
    options = parser.parse_args()
    player = tuple(shlex.split(options.sound))
    if options.say is not None:
        tell(options.say, player)
    elif options.file is None:
        parser.error("the heartbeat's file, or --say TEXT")
    else:
        watch(options.file, options.after, player)


if __name__ == "__main__":
    main()
