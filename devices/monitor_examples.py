"""Healthy streams of the monitors with several signals, beside those of `examples.py`. Pure."""

from devices.examples import CALM, CUFF, FAST, FINE, HIGH, OXIMETRY
from devices.monitors import (
    capnostream,
    dinamap,
    ge_dri,
    intellivue,
    intellivue_message,
    intellivue_values,
    ivy,
)
from devices.monitors.intellivue_frame import pack
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


def intellivue_examples() -> tuple[Example, ...]:
    """An association, the first event, and polls in linked parts: what is found, then a new pressure."""

    def seen(physio: int, unit: int, *values: float) -> tuple[int, bytes]:
        return intellivue_values.encode_observed(
            [
                intellivue_values.Observed(physio=physio + number, state=0, unit=unit, value=value)
                for number, value in enumerate(values)
            ]
        )

    def polled(second: int, cuff: CuffReading, stamp: str, spo2: int) -> bytes:
        def part(objects: list[list[tuple[int, bytes]]], state: int) -> bytes:
            return pack(
                intellivue_message.encode_poll_result(
                    intellivue_message.NUMERICS,
                    objects,
                    invoke=second,
                    ticks=8000 * second,
                    clock=intellivue_values.encode_bcd_time(f"202601051000{second:02}"),
                    linked=(state, state) if state else None,
                )
            )

        taken = (intellivue_values.STAMP, intellivue_values.encode_bcd_time(stamp))
        pressures = (cuff.sys or 0, cuff.dia or 0, cuff.map or 0)
        flow = [seen(0x4BB8, 0x0220, spo2), seen(0x4822, 0x0AA0, 72), seen(0x4BB0, 0x0220, 2.9)]
        flow += [seen(0x5012, 0x0AE0, 14), seen(0x50B0, 0x0F20, 38), seen(0x4B48, 0x17A0, 36.8)]
        arm = [[seen(intellivue_values.SYS, 0x0F20, *pressures), taken]]
        arm += [[seen(intellivue_values.CUFF_PULSE, 0x0AA0, cuff.pulse or 0), taken]]
        return part([[each] for each in flow], 1) + part(arm, 3) + part([], 0)

    mode = [(intellivue_values.MODE, b"\x40\x00")]
    stream = (
        pack(intellivue_message.association_accepted())
        + pack(intellivue_message.created_event(1, 0, mode))
        + polled(1, CALM, "20260105095500", 97)
        + polled(2, CALM, "20260105095500", 96)
        + polled(3, HIGH, "20260105100002", 96)
    )
    return (
        Example(
            name="polls",
            make=intellivue.FAMILY.wire,
            stream=stream,
            values={signal: values[1:] for signal, values in CUFF.items()}
            | {
                Signal.SPO2: (97.0, 96.0),
                Signal.PULSE_RATE: (72.0,),
                Signal.PERFUSION_INDEX: (2.9,),
                Signal.RESP_RATE: (14.0,),
                Signal.ETCO2: (38.0,),
                Signal.TEMPERATURE: (36.8,),
            },
            longest=320,
        ),
    )


def ge_dri_examples() -> tuple[Example, ...]:
    time = 1_700_000_000

    def shown(cuff: CuffReading | None = None) -> bytes:
        return ge_dri.encode_displayed(
            FINE, time=time, cuff=cuff, heart_rate=73, resp_rate=14, etco2=38
        )

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
                Signal.ETCO2: (38.0,),
            },
            longest=2904,
        ),
    )
