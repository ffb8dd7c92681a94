"""Healthy streams of three dialects, from which the kit proves the codec. Pure."""

from typing import Final, get_args

from devices.hl7.hl7_encode import DialectOfHl7, MonitorDisplay, encode
from devices.hl7.hl7_wire import Hl7Wire
from monitord.kit.example import Example
from monitord.model import SECOND, Instant, Signal

FROM: Final = Instant(1_000 * SECOND)
"""Near the time of the kit, so that the sender's clock is right."""
_S = Signal
_READINGS: Final = ((97.0, 71.0, 16.0), (88.0, 93.0, 9.0), (91.0, 88.0, 12.0))
_CUFF: Final = {_S.NIBP_SYS: 128.0, _S.NIBP_DIA: 79.0, _S.NIBP_MAP: 95.0}


def hl7_examples() -> tuple[Example, ...]:
    """One for each dialect."""
    return tuple(_example(dialect) for dialect in get_args(DialectOfHl7))


def _example(dialect: DialectOfHl7) -> Example:
    messages = [
        encode(
            MonitorDisplay(
                at=Instant(FROM + number * SECOND),
                values={_S.SPO2: spo2, _S.PULSE_RATE: pulse, _S.RESP_RATE: breaths},
                cuff=_CUFF,
                cuff_at=Instant(FROM - 20 * SECOND),
            ),
            dialect,
            control=f"K{number}",
            location="SUITE^^1",
        )
        for number, (spo2, pulse, breaths) in enumerate(_READINGS)
    ]
    spo2, pulse, breaths = zip(*_READINGS, strict=True)
    return Example(
        name=dialect.replace("_", " "),
        make=Hl7Wire,
        stream=b"".join(messages),
        values={
            _S.SPO2: spo2,
            _S.PULSE_RATE: pulse,
            _S.RESP_RATE: breaths,
            **{signal: (value,) for signal, value in _CUFF.items()},
        },
        longest=max(map(len, messages)),
        checksum=False,
    )
