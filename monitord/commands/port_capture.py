"""`monitord devices --capture PORT FILE`: the very bytes of a line, as `replay/recordings/capture.py` reads them."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from monitord.commands.port_line import RawDatagrams, RawLine, open_raw
from monitord.daemon.sequencing.clock import LiveClock
from monitord.errors import ConfigError, in_words
from monitord.kit.example import ExampleWire
from monitord.model import Frame, Instant, iso
from monitord.plugins import DEVICES, PluginStatus, load_group


def capture(
    address: str,
    file: Path,
    *,
    driver: str,
    options: dict[str, Any],
    seconds: float | None,
    told: Callable[[int, int], None] = lambda _bytes, _readings: None,
) -> None:
    """Records until interrupted or for so many seconds; `told` how many bytes and readings so far.

    The driver's codec speaks where it must for the device to answer; what it says is recorded too.
    An existing file is never written over.
    """
    family = _family(driver)
    try:
        settings = family.options.model_validate_json(json.dumps(options), strict=True)
    except ValueError as error:
        raise ConfigError([f"options of {driver}: {in_words(error)}"]) from error
    line = open_raw(address, family)
    try:
        with file.open("x", encoding="utf-8") as out:
            head = {"capture": 1, "simulated": line.simulated, "options": {driver: options}}
            print(json.dumps(head), file=out)
            _record(line, family.wire(settings), driver, out, seconds, told)
    except FileExistsError as error:
        raise ConfigError([f"{file} exists: a capture is never written over another"]) from error
    finally:
        line.close()


def _record(  # noqa: PLR0917 - it has no state of its own
    line: RawLine | RawDatagrams,
    wire: ExampleWire,
    driver: str,
    out: TextIO,
    seconds: float | None,
    told: Callable[[int, int], None],
) -> None:
    clock = LiveClock()
    begin = time.monotonic()
    heard = frames = 0

    def write(at: Instant, data: bytes, **more: str) -> None:
        row = {"at": iso(at), "device": driver, "family": driver, "hex": data.hex()}
        print(json.dumps(row | more), file=out, flush=True)

    while seconds is None or time.monotonic() - begin < seconds:
        at = clock.now()
        if wire.deadline is not None and wire.deadline <= at and (said := wire.send_due(at)):
            line.send(said)
            write(at, said, dir="out")
        data = line.read()
        if data:
            at = clock.now()
            heard += len(data)
            frames += sum(isinstance(one, Frame) for one in wire.receive(data, at))
            write(at, data)
            told(heard, frames)


def _family(driver: str) -> Any:
    found = {p.name: p.value for p in load_group(DEVICES) if p.status is PluginStatus.LOADED}
    family = getattr(found.get(driver), "family", None)
    if family is None:
        raise ConfigError([f"no driver with a line is called {driver!r} (see monitord devices)"])
    return family
