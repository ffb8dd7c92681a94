"""A zero that is no reading: a device that says nothing but zeros says nothing of the patient. Pure.

A breathing rate of 0 is a patient who does not breathe, where the same device shows that it is on the patient: by a number
above zero in the same frame, or by one that is still fresh. Without it the sensor is off, the line open, or the row was never filled in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from monitord.engine.readings.reading import Claim, Reading
from monitord.model import Event, Frame, Quality, Sample, Signal

MAY_BE_ZERO: Final = frozenset({Signal.RESP_RATE, Signal.ETCO2})
"""Of the signs of a patient these may be 0 in earnest; of the others 0 is outside what a reading can be."""
CONTACT: Final = MAY_BE_ZERO | {
    Signal.SPO2,
    Signal.PULSE_RATE,
    Signal.HEART_RATE,
    Signal.NO_BREATH,
}
"""What a device measures without a pause on a patient whom it is on."""


def unless_gap(
    event: Event,
    frame: Frame,
    sample: Sample,
    readings: Mapping[Signal, Reading],
    claims: Mapping[tuple[Signal, str], Claim],
) -> Sample:
    """The sample; without its number where it is a zero among nothing but zeros.

    `claims` are what devices say that are not believed, because another gives the signal too.
    """
    if sample.value != 0 or sample.signal not in MAY_BE_ZERO:
        return sample
    said = {each.signal for each in frame.samples if each.signal in CONTACT}
    now = any(
        each.value and each.quality.may_raise for each in frame.samples if each.signal in CONTACT
    )
    if now or any(_speaks(signal, event, readings, claims) for signal in CONTACT - said):
        return sample
    return replace(sample, value=None, quality=Quality.INVALID)


def _speaks(
    signal: Signal,
    event: Event,
    readings: Mapping[Signal, Reading],
    claims: Mapping[tuple[Signal, str], Claim],
) -> bool:
    """Whether a number above zero of this device is still fresh."""
    known, claim = readings.get(signal), claims.get((signal, event.source))
    if known is not None and known.source == event.source:
        return bool(known.value) and known.usable_at(event.at)
    return claim is not None and bool(claim.reading.value) and claim.reading.usable_at(event.at)
