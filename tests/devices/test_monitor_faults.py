"""Faults planted in the codecs of the monitors: `--verify` is red for each, with the check that is about it."""

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from devices import drivers
from devices.monitors import (
    capnostream,
    dinamap,
    intellivue,
    intellivue_frame,
    intellivue_message,
    intellivue_values,
)
from devices.readings import CuffReading, reading
from devices.stream import StreamDriver
from monitord.cli import app
from monitord.kit.kit_check import Broken
from monitord.kit.wire_checks import WIRE_CHECKS
from monitord.model import Frame, Signal

CHECKS = {check.__name__.removeprefix("check_"): check for check in WIRE_CHECKS}


def swapped(decode: Callable[[str], Any]) -> Callable[[str], Any]:
    """Diastolic and mean, one for the other."""

    def wrong(line: str) -> Any:
        found = decode(line)
        if found is None or found.pressures is None:
            return found
        sys, dia, mean = found.pressures
        return dinamap.Determination(counter=found.counter, pressures=(sys, mean, dia))

    return wrong


def unlinked(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Parts of a linked result are passed over."""

    def wrong(payload: bytes) -> Any:
        found = read(payload)
        return None if found is not None and found.kind == intellivue_message.LINKED else found

    return wrong


FAULTS: dict[str, tuple[StreamDriver, Any, str, Any, str]] = {
    "an escaped byte is read as it stands": (
        drivers.CAPNOSTREAM,
        capnostream,
        "unescape",
        bytes,
        "what_was_encoded_is_decoded",
    ),
    "a check byte is not looked at": (
        drivers.CAPNOSTREAM,
        capnostream,
        "measure",
        lambda data, at: len(data) - at if data[at] == 0x85 else 0,
        "splitting_changes_nothing",
    ),
    "diastolic and mean are swapped": (
        drivers.DINAMAP,
        dinamap,
        "decode_nibp",
        swapped(dinamap.decode_nibp),
        "what_was_encoded_is_decoded",
    ),
    "a pressure is new each time it is shown": (
        drivers.DINAMAP,
        CuffReading,
        "frame",
        lambda cuff: Frame(samples=(reading(Signal.NIBP_SYS, cuff.sys or 1),)),
        "what_was_encoded_is_decoded",
    ),
    "a frame's check sequence is not looked at": (
        drivers.INTELLIVUE,
        intellivue_frame,
        "fcs",
        lambda _: 0,
        "a_flipped_bit_is_never_a_reading",
    ),
    "linked parts are lost": (
        drivers.INTELLIVUE,
        intellivue_message,
        "operation",
        unlinked(intellivue_message.operation),
        "the_stream_is_understood",
    ),
    "the exponent of a number is passed over": (
        drivers.INTELLIVUE,
        intellivue_values,
        "number",
        lambda data: float(int.from_bytes(data[1:4], "big")),
        "what_was_encoded_is_decoded",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_planted_in_a_monitors_codec_is_found(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, module, name, wrong, found = FAULTS[fault]
    for example in driver.examples():
        CHECKS[found](example)
    monkeypatch.setattr(module, name, wrong)
    (example,) = driver.examples()
    with pytest.raises((Broken, LookupError)):
        CHECKS[found](example)


def test_verify_is_red_with_a_planted_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert intellivue.FAMILY.name == "intellivue"
    monkeypatch.setattr(dinamap, "decode_nibp", swapped(dinamap.decode_nibp))
    done = CliRunner().invoke(app, ["devices", "--verify", "dinamap"])
    assert done.exit_code == 1
    assert "what was encoded is decoded" in done.output
