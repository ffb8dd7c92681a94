"""What senders are answered, and what twins send, by two parsers that are not ours; and the kit's word on the codec."""

from typing import get_args

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from devices.hl7 import hl7_wire
from devices.hl7.hl7_answer import TAKEN, AckCode, MessageAnswer, acknowledgements
from devices.hl7.hl7_encode import DialectOfHl7, MonitorDisplay, encode
from devices.hl7.hl7_framing import MessageCutter, Piece
from devices.hl7.hl7_oru import MessageHeader, Unreadable, header_of
from devices.hl7.hl7_segments import messages_in
from monitord.kit.kit_check import Broken
from monitord.kit.verify import checks_of
from monitord.model import Instant, Signal
from tests.devices import hl7_messages as sent
from tests.peers import START

EVERY = [
    *(sent.EFFICIA, sent.EFFICIA_NBP, sent.SURESIGNS, sent.INTELLIVUE_IC, sent.VS900_DEMO),
    *(sent.COMEN, sent.NORTHERN, sent.XH80X, sent.NIHON_KOHDEN, sent.GE_B40, sent.NIST, sent.WACS),
]
WRONG = MessageAnswer(verdict=AckCode.WRONG, why="no bed | here is ^^9\r\n")


def texts(data: bytes) -> list[str]:
    return [
        "\r".join(lines) for piece in MessageCutter().cut(data) for lines in messages_in(piece.body)
    ]


@pytest.mark.parametrize("lines", EVERY, ids=lambda lines: lines[0][9:30])
@pytest.mark.parametrize("answer", [TAKEN, WRONG], ids=["taken", "wrong"])
def test_each_acknowledgement_is_read_by_other_parsers(
    lines: tuple[str, ...], answer: MessageAnswer
) -> None:
    header = header_of(lines[0])
    found = texts(acknowledgements(header, answer, START, 7))
    assert found
    for text in found:
        other = hl7.parse(text)
        assert str(other["MSA"][0][2]) == header.control
        assert str(other["MSA"][0][1])[1] == answer.verdict
        assert str(other["MSH"][0][12]) == header.version
        assert str(other["MSH"][0][9]) == f"ACK^{header.kind[1]}^ACK"
        again = hl7.parse(text.replace("^ACK|", "|").replace(f"|{header.version}", "|2.6"))
        parsed = parse_message(
            str(again).replace("|2.2|", "|2.6|"), validation_level=VALIDATION_LEVEL.TOLERANT
        )
        assert parsed.msa.msa_2.to_er7() == header.control


@pytest.mark.parametrize("dialect", get_args(DialectOfHl7))
def test_what_twins_send_is_read_by_other_parsers(dialect: DialectOfHl7) -> None:
    shown = MonitorDisplay(
        at=START,
        values={Signal.SPO2: 97.0, Signal.PULSE_RATE: None},
        cuff={Signal.NIBP_SYS: 128.0},
        cuff_at=START,
    )
    (text,) = texts(encode(shown, dialect, control="C1", location="SUITE^^1"))
    rows = hl7.parse(text).segments("OBX")
    assert [str(row[5]) for row in rows] == ["97", "", "128"]
    found = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT)
    assert found.msh.msh_10.to_er7() == "C1"
    assert "PV1||I|SUITE^^1" in found.to_er7()


@given(st.binary(max_size=200), st.sampled_from(list(AckCode)), st.text(max_size=50))
def test_no_header_makes_an_answer_fail(body: bytes, verdict: AckCode, why: str) -> None:
    answer = MessageAnswer(verdict=verdict, why=why)
    header: MessageHeader | None = None
    for each in hl7_wire.readable(Piece(b"MSH|^~\\&|" + body)):
        header = None if isinstance(each, Unreadable) else each[0]
        for mode in ("auto", "original", "enhanced"):
            acknowledgements(header, answer, Instant(0), 1, mode)


def test_the_kit_proves_the_codec_and_finds_one_that_forgets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    splitting = [
        each for each in checks_of("hl7") if each.name == "pcd01: splitting changes nothing"
    ]
    for check in splitting:
        check.run()

    class Forgets(MessageCutter):
        """A frame that comes in two reads is lost."""

        def cut(self, data: bytes) -> list[Piece]:
            found = super().cut(data)
            self.finish()
            return found

    monkeypatch.setattr(hl7_wire, "MessageCutter", Forgets)
    for check in splitting:
        with pytest.raises(Broken, match="says something else"):
            check.run()
    assert len(splitting) == 1
