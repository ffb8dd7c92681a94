"""The numbers of beds by HL7: the message literally and by two libraries, and read back by our own driver on a socket."""

import asyncio
from typing import Any

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from pydantic import ValidationError

from devices.hl7.hl7_wire import Hl7Wire
from monitord.errors import NotifyError
from monitord.model import SECOND, Frame, Instant, Quality, Signal
from monitord.notify.channels.hl7_numerics import NOTIFIER, NumericsConfig
from monitord.notify.channels.mllp import framed
from monitord.notify.channels.mllp_exchange import MllpExchange
from monitord.notify.channels.pcd01 import NUMERICS, observation_report
from monitord.notify.notifier import BedNumerics, Numeric
from tests.builders_notify import notify
from tests.peers import START, serving

NOW = Instant(START + 10 * SECOND)


def shown(*numerics: Numeric, simulated: bool = False) -> BedNumerics:
    return BedNumerics(
        suite="ward", bed="1", session="s1", at=NOW, numerics=numerics, simulated=simulated
    )


SPO2 = Numeric(signal=Signal.SPO2, value=97.0, at=NOW)
PULSE = Numeric(signal=Signal.PULSE_RATE, value=71.5, at=NOW, doubtful=True)
SYS = Numeric(signal=Signal.NIBP_SYS, value=128.0, at=START)
NONE = Numeric(signal=Signal.RESP_RATE, value=None, at=NOW)


def test_the_numbers_of_a_bed_are_written_as_the_profile_asks() -> None:
    assert observation_report(shown(SPO2, PULSE, SYS, NONE), "c1", to="EHR").split("\r") == [
        (
            "MSH|^~\\&|MONITORD|ward|EHR||20260105100010.0000+0000||ORU^R01^ORU_R01|c1|P|2.6|||AL|NE||UNICODE UTF-8"
            "|||IHE_PCD_ORU_R01^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
        ),
        "PID|||s1^^^ward^PI||^^^^^^U",
        "PV1||O|ward^^1",
        "OBR|1|c1^MONITORD|c1^MONITORD|182777000^monitoring of patient^SCT|||20260105100010.0000+0000",
        "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||ward.1^MONITORD",
        (
            "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.2|97|262688^MDC_DIM_PERCENT^MDC^%^%^UCUM"
            "|||||R|||20260105100010.0000+0000"
        ),
        (
            "OBX|3|NM|149530^MDC_PULS_OXIM_PULS_RATE^MDC|1.1.1.3|71.5"
            "|264864^MDC_DIM_BEAT_PER_MIN^MDC^/min^/min^UCUM||QUES|||R|||20260105100010.0000+0000"
        ),
        (
            "OBX|4|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.4|128"
            "|266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM|||||R|||20260105100000.0000+0000"
        ),
        (
            "OBX|5|NM|151562^MDC_RESP_RATE^MDC|1.1.1.5|"
            "|264928^MDC_DIM_RESP_PER_MIN^MDC^/min^/min^UCUM|||||X|||20260105100010.0000+0000"
        ),
        "",
    ]


def every_signal() -> BedNumerics:
    return shown(*(Numeric(signal=signal, value=37.0, at=NOW) for signal in NUMERICS))


def test_an_independent_parser_finds_the_structure_of_the_standard() -> None:
    found = parse_message(
        observation_report(every_signal(), "c1"), validation_level=VALIDATION_LEVEL.TOLERANT
    )
    assert found.msh.msh_9.to_er7() == "ORU^R01^ORU_R01"
    observations = found.oru_r01_patient_result.oru_r01_order_observation.oru_r01_observation
    assert len(observations) == len(NUMERICS) + 1
    assert observations[1].obx.obx_3.obx_3_1.to_er7() in {
        metric.code.split("^")[0] for metric in NUMERICS.values()
    }


def test_another_library_reads_the_same_fields() -> None:
    message = hl7.parse(observation_report(shown(SPO2, SYS), "c1"))
    rows = message.segments("OBX")
    assert [str(row[5]) for row in rows] == ["", "97", "128"]
    assert str(message.segment("PV1")[3]) == "ward^^1"


def test_our_own_codec_reads_back_what_was_written() -> None:
    wire = Hl7Wire()
    said = wire.receive(framed(observation_report(shown(SPO2, PULSE, SYS, NONE), "c1")), NOW)
    found = {
        each.signal: (each.value, each.quality, each.measured_at)
        for item in said
        if isinstance(item, Frame)
        for each in item.samples
    }
    assert found == {
        Signal.SPO2: (97, Quality.GOOD, NOW),
        Signal.PULSE_RATE: (71.5, Quality.INTERFERENCE, NOW),
        Signal.RESP_RATE: (None, Quality.INVALID, NOW),
        Signal.NIBP_SYS: (128, Quality.GOOD, START),
    }


def test_what_is_simulated_is_a_message_of_training() -> None:
    text = observation_report(shown(SPO2, simulated=True), "c1")
    assert "|T|2.6|" in text
    frames = [each for each in Hl7Wire().receive(framed(text), NOW) if isinstance(each, Frame)]
    assert [each.quality for frame in frames for each in frame.samples] == [Quality.DEMO]


async def test_a_refusal_is_told_with_its_reason_and_an_alarm_is_never_taken() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = (await reader.read(65536)).decode()
        control = data.split("|")[9]
        writer.write(framed(f"MSH|^~\\&|R||||1||ACK|1|P|2.6\rMSA|AE|{control}|no such bed\r"))
        await writer.drain()
        await reader.read()

    async with serving(refuse) as port:
        channel = NOTIFIER.open("ehr", NumericsConfig(host="127.0.0.1", port=port))
        with pytest.raises(NotifyError, match="AE no such bed"):
            await channel.show(shown(SPO2))
        with pytest.raises(NotifyError, match="carries numbers, no alarms"):
            await channel.send(notify(), durable=True)
        await channel.close()


async def test_each_connection_reads_its_certificate_anew() -> None:
    async def take_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        control = (await reader.read(65536)).decode().split("|")[9]
        writer.write(framed(f"MSH|^~\\&|R||||1||ACK|1|P|2.6\rMSA|AA|{control}\r"))
        await writer.drain()

    read: list[int] = []
    async with serving(take_one) as port:
        line = MllpExchange("127.0.0.1", port, 60 * SECOND, lambda: read.append(1))
        for n in (1, 2):
            await line.say(observation_report(shown(SPO2), f"c{n}"), f"c{n}")
            await line.close()
            assert len(read) == n


@pytest.mark.parametrize("settings", [{"every": "10ms"}, {"port": 0}, {"receiver": "a|b"}])
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NumericsConfig.model_validate({"host": "h", "port": 1} | settings)
