"""Healthy streams of the monitors with several signals, beside those of `examples.py`. Pure."""

from devices.examples import CALM, CUFF, FAST, FINE, HIGH, OXIMETRY
from devices.monitors import capnostream, dinamap, ge_dri, ivy
from devices.readings import CuffReading
from monitord.kit.example import Example
from monitord.model import Signal


def ivy_examples() -> tuple[Example, ...]:
    def message(cuff: CuffReading, spo2: int) -> bytes:
        return ivy.encode(spo2=spo2, pulse_rate=80, heart_rate=81, resp_rate=14, cuff=cuff)

    return (
        Example(
            name="messages",
            make=ivy.FAMILY.wire,
            stream=message(CALM, 98) * 2 + message(HIGH, 97),
            # What the monitor shows at first was measured before: only a change is a reading.
            values={signal: values[1:] for signal, values in CUFF.items()}
            | {
                Signal.SPO2: (98.0, 97.0),
                Signal.PULSE_RATE: (80.0,),
                Signal.HEART_RATE: (81.0,),
                Signal.RESP_RATE: (14.0,),
            },
            longest=921,
            checksum=False,
        ),
    )


def capnostream_examples() -> tuple[Example, ...]:
    """The carbon dioxide and a check byte that must be escaped stand in it."""
    seconds = (
        (FINE, capnostream.Capnography(etco2=38, resp_rate=14, no_breath=0)),
        (FAST, capnostream.Capnography(etco2=128, resp_rate=11, no_breath=0)),
        (FAST, capnostream.Capnography(etco2=133, resp_rate=11, no_breath=0)),
    )
    stream = b"".join(
        capnostream.encode_wave(time, 31.5)
        + capnostream.encode_numerics(shown, gas, time=1000 + time)
        for time, (shown, gas) in enumerate(seconds * 2)
    )
    return (
        Example(
            name="seconds",
            make=capnostream.FAMILY.wire,
            stream=stream,
            values=OXIMETRY
            | {
                Signal.ETCO2: (38.0, 128.0, 133.0),
                Signal.RESP_RATE: (14.0, 11.0),
                Signal.NO_BREATH: (0.0,),
            },
            longest=40,
        ),
    )


def dinamap_examples() -> tuple[Example, ...]:
    """What the connection finds, two new readings, and the rate that belongs to the first."""
    stream = b"".join(
        (
            dinamap.encode_nibp(CALM, 500),
            dinamap.encode_nibp(HIGH, 1),
            dinamap.encode_rate(77),
            dinamap.encode_nibp(HIGH, 3),
            dinamap.encode_nibp(CALM, 0),
        )
    )
    return (
        Example(
            name="answers",
            make=dinamap.FAMILY.wire,
            stream=stream,
            values={
                signal: values[::-1]
                for signal, values in CUFF.items()
                if signal is not Signal.NIBP_PULSE
            }
            | {Signal.NIBP_PULSE: (77.0,)},
            longest=22,
        ),
    )


def ge_dri_examples() -> tuple[Example, ...]:
    time = 1_700_000_000

    def shown(cuff: CuffReading | None = None) -> bytes:
        return ge_dri.encode_displayed(FINE, time=time, cuff=cuff, heart_rate=73, resp_rate=14)

    return (
        Example(
            name="records",
            make=ge_dri.FAMILY.wire,
            stream=shown()
            + ge_dri.encode_auxiliary(time=time, nibp_time=time - 300)
            + shown(CALM)
            + ge_dri.encode_auxiliary(time=time, nibp_time=time)
            + shown(HIGH),
            values={signal: values[1:] for signal, values in CUFF.items()}
            | {
                Signal.SPO2: (97.0,),
                Signal.PULSE_RATE: (72.0,),
                Signal.HEART_RATE: (73.0,),
                Signal.RESP_RATE: (14.0,),
            },
            longest=2904,
        ),
    )
