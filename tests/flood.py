"""Floods, each from a process of its own: a test's own process tells the time and must not be busy.

`python -m tests.flood mqtt PORT TOPIC [COUNT]` publishes rubbish and readings of 97 %, without end or so many messages;
`python -m tests.flood line DESCRIPTOR` writes noise and readings of 97 % to a line. With `--paced` first, both bring a
thousand readings a second, four times what is looked at, instead of all that a machine can. They stand for other machines,
so the daemon has the first word on this one.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry

READING: Final = b'{"spo2": 97, "pulse_rate": 72}'
UNSENT_AT_MOST: Final = 1000
PACED_S: Final = 0.1
"""Between two pieces of a hundred messages or 256 readings, where a flood is paced."""


def malformed(dice: random.Random) -> bytes:
    """Rubbish of every kind: bytes, broken JSON, deep nesting, wrong types, huge and odd numbers."""
    match dice.randrange(6):
        case 0:
            return dice.randbytes(dice.randrange(200))
        case 1:
            return READING[: dice.randrange(1, 29)]
        case 2:
            return b"[" * dice.randrange(1, 3000)
        case 3:
            words = ["null", '"97"', "[]", "true", "{}", '"\\ud800"', '"NaN"']
            return f'{{"spo2": {dice.choice(words)}}}'.encode()
        case 4:
            numbers = ["1e999", "-1e999", "NaN", "Infinity", "9" * 400, "-0", "1e-400", "101"]
            return f'{{"spo2": {dice.choice(numbers)}}}'.encode()
        case _:
            return b'{"spo2": 97' + b" " * dice.randrange(3000) + b"\x00}"


def _publish(port: int, topic: str, count: int | None, pause: float) -> None:
    """Rubbish with QoS 1 where it is counted; else rubbish and readings with QoS 0, as fast as the broker takes them."""
    dice = random.Random(8)
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    print("begun", flush=True)
    if count is None:
        payloads = [READING if n % 2 else malformed(dice) for n in range(500)]
        while True:
            for n, payload in enumerate(payloads):
                client.publish(topic, payload)
                if pause and n % 125 == 0:
                    time.sleep(pause)
            client.publish(topic, READING).wait_for_publish(60)
    for left in range(count, 0, -1):
        last = client.publish(topic, malformed(dice), qos=1)
        if left % UNSENT_AT_MOST == 1:
            last.wait_for_publish(60)


def _write(descriptor: int, pause: float) -> None:
    dice = random.Random(8)
    valid = encode_df8(Oximetry(spo2=97, pulse_rate=72)) * 256
    pieces = [valid if n % 2 else dice.randbytes(1024) for n in range(16)]
    print("begun", flush=True)
    while True:
        for piece in pieces:
            try:
                os.write(descriptor, piece)
                time.sleep(pause)
            except BlockingIOError:
                time.sleep(pause or 0.0005)


@contextmanager
def flooding(
    *given: object, descriptor: int | None = None, paced: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, once it has begun; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.flood", *(["--paced"] if paced else []), *map(str, given)],
        pass_fds=[] if descriptor is None else [descriptor],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"begun\n"
        yield process
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    os.setpriority(os.PRIO_PROCESS, 0, 5)
    _, *words = sys.argv
    between = PACED_S if words[0] == "--paced" else 0.0
    match words[1:] if between else words:
        case ["mqtt", port, topic, *count]:
            _publish(int(port), topic, int(count[0]) if count else None, between)
        case ["line", descriptor]:
            _write(int(descriptor), between)
