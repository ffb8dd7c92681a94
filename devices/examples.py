"""A healthy stream of each family, made by its own encoder, for the kit to take apart. Pure.

Functions, so that a daemon that only reads devices encodes nothing.
"""

from datetime import datetime
from typing import Final

from devices.cuffs import and_tm2657, and_ua767, omron_hbp, suntech
from devices.oximeters import berry, contec, contec5, masimo, nellcor, nonin, viatom
from devices.oximeters.nonin_pleth import encode_packet
from devices.oximeters.nonin_slow import encode_df1, encode_df8, encode_df13, encode_line
from devices.pumps import bbraun, new_era
from devices.readings import CuffReading, Oximetry
from devices.wire import Wire
from monitord.kit.example import Example
from monitord.model import Instant, Signal

FINE: Final = Oximetry(spo2=97, pulse_rate=72, perfusion_index=2.9, low_battery=False)
FAST: Final = Oximetry(spo2=96, pulse_rate=203, perfusion_index=3.1, low_battery=False)
"""A pulse above 127, 128 and 200: the bits that public decoders lose."""
OXIMETRY: Final[dict[Signal, tuple[float, ...]]] = {
    Signal.SPO2: (97.0, 96.0),
    Signal.PULSE_RATE: (72.0, 203.0),
}
PERFUSED: Final[dict[Signal, tuple[float, ...]]] = {**OXIMETRY, Signal.PERFUSION_INDEX: (2.9, 3.1)}
CALM: Final = CuffReading(sys=121, dia=75, map=92, pulse=80)
HIGH: Final = CuffReading(sys=134, dia=82, map=101, pulse=77)
CUFF: Final[dict[Signal, tuple[float, ...]]] = {
    Signal.NIBP_SYS: (121.0, 134.0),
    Signal.NIBP_DIA: (75.0, 82.0),
    Signal.NIBP_MAP: (92.0, 101.0),
    Signal.NIBP_PULSE: (80.0, 77.0),
}
WALK_IN: Final[dict[Signal, tuple[float, ...]]] = {
    signal: values for signal, values in CUFF.items() if signal != Signal.NIBP_MAP
}
PLETH: Final = range(40, 65)
SOON: Final = Instant(1_000_000)


def nonin_examples() -> tuple[Example, ...]:
    """Each data format."""

    def one(form: nonin.Format, stream: bytes, longest: int, *, checksum: bool = True) -> Example:
        return Example(
            name=form,
            make=lambda: nonin.FAMILY.wire(nonin.NoninOptions(format=form)),
            stream=stream,
            values=OXIMETRY,
            longest=longest,
            checksum=checksum,
            settings={"format": form},
        )

    packets = [encode_packet(each, PLETH, form=form) for form in (2, 7) for each in (FINE, FAST)]
    return (
        one("df1", (encode_df1(FINE) + encode_df1(FAST)) * 6, 3, checksum=False),
        one("df8", (encode_df8(FINE) + encode_df8(FAST)) * 6, 4, checksum=False),
        one("df13", (encode_df13(FINE) + encode_df13(FAST)) * 3, 22),
        one("ascii", (encode_line(FINE) + encode_line(FAST)) * 4, 18, checksum=False),
        one("df2", b"".join(packets[:2]) * 3, 125),
        one("df7", b"".join(packets[2:]) * 3, 125),
    )


def masimo_examples() -> tuple[Example, ...]:
    lines = masimo.encode_line(FINE, "02/22/16 22:47:45") + masimo.encode_line(
        FAST, "02/22/16 22:47:46"
    )
    return (
        Example(
            name="ascii1",
            make=masimo.FAMILY.wire,
            stream=lines * 2,
            values=PERFUSED,
            longest=len(lines) // 2,
            checksum=False,
        ),
    )


def nellcor_examples() -> tuple[Example, ...]:
    rows = nellcor.encode_row(FINE, "29-Dec-17 07:18:43") + nellcor.encode_row(
        FAST, "29-Dec-17 07:18:45"
    )
    return (
        Example(
            name="rows",
            make=nellcor.FAMILY.wire,
            stream=nellcor.encode_heading() + rows * 2,
            values=OXIMETRY,
            longest=85,
            checksum=False,
        ),
    )


def contec_examples() -> tuple[Example, ...]:
    hello = bytes.fromhex("0C 80 06 80 80 87") + contec.packed(2, b" CMS50F")
    beats = contec.encode_live(FINE, 51) * 2 + contec.encode_live(FAST, 90)
    return (
        Example(
            name="live",
            make=contec.FAMILY.wire,
            stream=hello + beats * 30,
            values=OXIMETRY,
            longest=16,
            checksum=False,
        ),
    )


def contec5_examples() -> tuple[Example, ...]:
    beats = contec5.encode(FINE, 42) * 2 + contec5.encode(FAST, 90)
    return (
        Example(
            name="live",
            make=contec5.FAMILY.wire,
            stream=beats * 30,
            values=OXIMETRY,
            longest=5,
            checksum=False,
        ),
    )


def bci_examples() -> tuple[Example, ...]:
    version = bytes.fromhex("ff 56 31 2e 30 ff 30 2e 30 30 ff 2e 30 30 00")
    return (
        Example(
            name="bci",
            make=berry.BCI.wire,
            stream=version + (berry.encode_bci(FINE, 42) + berry.encode_bci(FAST, 90)) * 40,
            values=OXIMETRY,
            longest=5,
            checksum=False,
        ),
    )


def bci_rr_examples() -> tuple[Example, ...]:
    return (
        Example(
            name="bci_rr",
            make=berry.BCI_RR.wire,
            stream=(berry.encode_bci_rr(FINE, 42) + berry.encode_bci_rr(FAST, 90)) * 40,
            values=PERFUSED,
            longest=7,
            checksum=False,
        ),
    )


def berry_examples() -> tuple[Example, ...]:
    version = bytes.fromhex("ff aa 53 56 31 2e 30 34 2e 30 30 2e 33 36 00 00 00 00 00 3a")
    return (
        Example(
            name="berry",
            make=berry.FAMILY.wire,
            stream=version + (berry.encode_berry(FINE, 42) + berry.encode_berry(FAST, 90)) * 40,
            values=PERFUSED,
            longest=20,
        ),
    )


def viatom_examples() -> tuple[Example, ...]:
    return (
        Example(
            name="live",
            make=viatom.FAMILY.wire,
            stream=(viatom.encode_live(FINE) + viatom.encode_live(FAST)) * 2,
            values=PERFUSED,
            longest=264,
        ),
    )


def suntech_examples() -> tuple[Example, ...]:
    def started() -> Wire:
        wire = suntech.SuntechWire()
        wire.send_due(SOON)
        wire.receive(suntech.encode_cuff(0), SOON)
        wire.request(Signal.NIBP_SYS, SOON)
        wire.send_due(SOON)
        return wire

    return (
        Example(
            name="measurement",
            make=started,
            stream=suntech.encode_answer(suntech.ModuleAnswer.ACCEPTED)
            + suntech.encode_cuff(60)
            + suntech.encode_cuff(150)
            + suntech.encode_answer(suntech.ModuleAnswer.DONE)
            + suntech.encode_result(CALM),
            values={signal: values[:1] for signal, values in CUFF.items()}
            | {Signal.CUFF_PRESSURE: (60.0, 150.0)},
            longest=24,
            unasked=False,
        ),
    )


def and_ua767_examples() -> tuple[Example, ...]:
    def opening() -> Wire:
        wire = and_ua767.Ua767Wire()
        wire.request(Signal.NIBP_SYS, SOON)
        wire.send_due(SOON)
        return wire

    records = [
        and_ua767.encode_record(each, datetime.fromisoformat(f"1998-03-30T13:{minute}"))
        for each, minute in ((CALM, "05"), (HIGH, "25"))
    ]
    return (
        Example(
            name="records",
            make=opening,
            stream=and_ua767.encode_control() * 2 + b"".join(records),
            values=WALK_IN,
            longest=33,
            unasked=False,
        ),
    )


def and_tm2657_examples() -> tuple[Example, ...]:
    return (
        Example(
            name="measurements",
            make=and_tm2657.FAMILY.wire,
            stream=and_tm2657.encode(CALM, "2411121014") + and_tm2657.encode(HIGH, "2411121024"),
            values=CUFF,
            longest=320,
        ),
    )


def omron_hbp_examples() -> tuple[Example, ...]:
    lines = [
        "2026,07,11,09,05,12345678901234567890,0,120,080,072,0",
        "bp,12345678901234567890,2023/04/27,15:06,140,098,077,068,3",
    ]
    return (
        Example(
            name="both layouts",
            make=omron_hbp.FAMILY.wire,
            stream="".join(f"{line}\r\n" for line in lines).encode(),
            values={
                Signal.NIBP_SYS: (120.0, 140.0),
                Signal.NIBP_DIA: (80.0, 77.0),
                Signal.NIBP_MAP: (98.0,),
                Signal.NIBP_PULSE: (72.0, 68.0),
            },
            longest=60,
            checksum=False,
        ),
    )


def bbraun_examples() -> tuple[Example, ...]:
    running = {"INRT": "0.30", "INVI": "1.4", "INSOL": "Drug 50, Deed", "INM3": "1", "INM14": "0"}

    def answer(volume: str) -> bytes:
        values = {**running, "INVI": volume}
        return bbraun.encode_values(values, slot="13", time=100, bed="icu4", more=False)

    return (
        Example(
            name="slot 13",
            make=bbraun.FAMILY.wire,
            stream=bbraun.stuff(bbraun.seal("0,50100,GNACK,0", bed="icu4"))
            + answer("1.4")
            + answer("1.5"),
            values={
                Signal.INFUSION_RATE: (0.3,),
                Signal.INFUSION_VOLUME: (1.4, 1.5),
                Signal.INFUSION_RUNNING: (1.0,),
            },
            longest=bbraun.LONGEST,
        ),
    )


def new_era_examples() -> tuple[Example, ...]:
    return (
        Example(
            name="infusing",
            make=new_era.FAMILY.wire,
            stream=(new_era.encode_volume("I", "1.400") + new_era.encode_rate("I", "0.300")) * 3,
            values={
                Signal.INFUSION_RATE: (0.3,),
                Signal.INFUSION_VOLUME: (1.4,),
                Signal.INFUSION_RUNNING: (1.0,),
            },
            longest=new_era.LONGEST,
            checksum=False,
        ),
    )
