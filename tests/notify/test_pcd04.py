"""PCD-04 messages: the HL7 2.6 structure by a library, the facets by the IHE table, the bytes literally."""

from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from monitord.model import AlarmEvent, Instant, Kind, Notify, Signal
from monitord.notify.channels.hl7_message import Hl7Message, acknowledgement, status_of, unescaped
from monitord.notify.channels.mllp import LONGEST, Deframer, framed
from monitord.notify.channels.pcd04 import METRICS, escaped, report, stamp, watchdog
from tests.builders_notify import LOW, MEDIUM, notify
from tests.peers import START

# reference clinical 3.3: facet -> what OBX-5 may say.
ALLOWED = {
    "68481^MDC_ATTR_EVENT_PHASE^MDC": {
        "tpoint", "start", "continue", "update", "escalate", "de-escalate", "end",
    },
    "68482^MDC_ATTR_ALARM_STATE^MDC": {"inactive", "active", "latched"},
    "68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC": {
        "enabled", "audio-paused", "audio-off", "alarm-paused", "alarm-off", "alert-acknowledged",
    },
    "68484^MDC_ATTR_ALARM_PRIORITY^MDC": {"PN", "PL", "PM", "PH"},
    "68485^MDC_ATTR_ALERT_TYPE^MDC": {"SP", "ST", "SA"},
}  # fmt: skip


def written(message: Notify, **settings: Any) -> str:
    return report(message, control="c1", durable=True, **settings)


def facets(text: str) -> list[list[str]]:
    return [row.split("|") for row in text.split("\r") if row.startswith("OBX|")]


def facet(text: str, what: str) -> str:
    (row,) = [row for row in facets(text) if what in row[3]]
    return row[5]


def test_a_low_spo2_is_written_as_the_profile_asks() -> None:
    assert written(notify(), to="ALERTS", link="https://s/#{bed}").split("\r") == [
        (
            "MSH|^~\\&|MONITORD|ward|ALERTS||20260105100010.0000+0000||ORU^R40^ORU_R40|c1|P|2.6"
            "|||AL|NE||UNICODE UTF-8|||IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.4^ISO"
        ),
        "PID|||s1^^^ward^PI||^^^^^^U",
        "PV1||O|ward^^1",
        "OBR|1||s1/spo2_low/1^MONITORD|196616^MDC_EVT_ALARM^MDC|||20260105100005.0000+0000"
        + "|" * 22,
        (
            "OBX|1|ST|196674^MDC_EVT_LO_VAL_LT_LIM^MDC|1.0.0.0.1|HIGH bed 1: SpO2 84 < 85 for 5 s"
            "|||L~PH~SP|||F|||20260105100010.0000+0000"
        ),
        (
            "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.0.0.0.2|84"
            "|262688^MDC_DIM_PERCENT^MDC^%^%^UCUM|>85||||F|||20260105100010.0000+0000"
        ),
        "OBX|3|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.0.0.0.3|start||||||F|||20260105100010.0000+0000",
        "OBX|4|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.0.0.0.4|active||||||F|||20260105100010.0000+0000",
        (
            "OBX|5|ST|68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC|1.0.0.0.5|enabled||||||F"
            "|||20260105100010.0000+0000"
        ),
        "OBX|6|ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.0.0.0.6|PH||||||F|||20260105100010.0000+0000",
        "OBX|7|ST|68485^MDC_ATTR_ALERT_TYPE^MDC|1.0.0.0.7|SP||||||F|||20260105100010.0000+0000",
        "NTE|1||https://s/#1",
        "",
    ]


EVENTS = [notify(event=event) for event in AlarmEvent]
KINDS = [
    notify(signal=Signal.NIBP_SYS, value=200.0, limit=180.0, unit="mm[Hg]", priority=MEDIUM),
    notify("link:oximeter", signal=None, value=None, limit=None, unit=None, kind=Kind.TECHNICAL),
    notify("journal", bed=None, session=None, signal=None, value=None, limit=None, priority=LOW),
    notify(text="odd | ^ & ~ \\ \r text", session="s^1"),
]


@pytest.mark.parametrize(
    "message", [*EVENTS, *KINDS], ids=lambda m: f"{m.line.alarm}-{m.line.event}"
)
def test_the_facets_are_those_of_the_table(message: Notify) -> None:
    text = written(message, link="https://s/#{bed}")
    rows = facets(text)
    assert [row[4] for row in rows] == [f"1.0.0.0.{n}" for n in range(1, 8)]
    assert {row[11] for row in rows} <= {"F", "X"}
    for what, allowed in ALLOWED.items():
        assert facet(text, what) in allowed


@pytest.mark.parametrize(
    ("event", "phase", "state", "inactivation"),
    [
        (AlarmEvent.START, "start", "active", "enabled"),
        (AlarmEvent.ESCALATE, "escalate", "active", "enabled"),
        (AlarmEvent.DEESCALATE, "de-escalate", "active", "enabled"),
        (AlarmEvent.REMINDER, "continue", "active", "enabled"),
        (AlarmEvent.ACKNOWLEDGE, "update", "active", "alert-acknowledged"),
        (AlarmEvent.AUDIO_PAUSE, "update", "active", "audio-paused"),
        (AlarmEvent.LATCH, "update", "latched", "enabled"),
        (AlarmEvent.CLEAR, "end", "inactive", "enabled"),
        (AlarmEvent.NEAR_MISS, "tpoint", "inactive", "enabled"),
    ],
)
def test_each_event_has_its_facets(
    event: AlarmEvent, phase: str, state: str, inactivation: str
) -> None:
    text = written(notify(event=event))
    assert facet(text, "EVENT_PHASE") == phase
    assert facet(text, "ALARM_STATE") == state
    assert facet(text, "INACTIVATION_STATE") == inactivation


def test_later_events_name_the_alarm_that_they_belong_to() -> None:
    (obr,) = [r for r in written(notify(event=AlarmEvent.CLEAR)).split("\r") if r[:3] == "OBR"]
    assert obr.split("|")[29] == "^s1/spo2_low/1&MONITORD"


def test_a_technical_alarm_names_its_source_and_a_simulated_one_is_for_training() -> None:
    technical = written(KINDS[1])
    assert facet(technical, "68480^MDC_ATTR_ALERT_SOURCE^MDC") == "link:oximeter"
    assert facet(technical, "ALERT_TYPE") == "ST"
    simulated = written(notify(simulated=True))
    assert Hl7Message(simulated).field("MSH", 11) == "T"
    assert "SIMULATED HIGH bed 1" in simulated


def test_codes_are_partition_times_65536_plus_term() -> None:
    # reference clinical 3.4: every metric is of partition 2 (SCADA), every unit of partition 4.
    for metric in METRICS.values():
        assert int(metric.code.split("^")[0]) >> 16 == 2
        assert int(metric.unit.split("^")[0]) >> 16 == 4


def test_a_watchdog_is_a_valid_message_of_no_priority() -> None:
    text = watchdog("ward", "W1", START, 30)
    known = text.replace("ORU^R40^ORU_R40", "ORU^R01^ORU_R01")
    assert parse_message(known, validation_level=VALIDATION_LEVEL.STRICT).validate()
    assert facet(text, "ALARM_PRIORITY") == "PN"
    assert facet(text, "67860^MDC_ATTR_CONFIRM_TIMEOUT") == "30"


def test_text_survives_its_escapes() -> None:
    odd = "a|b^c&d~e\\f"
    assert escaped(odd) == r"a\F\b\S\c\T\d\R\e\E\f"
    assert unescaped(escaped(odd)) == odd
    assert escaped("two\rrows") == "two rows"
    assert stamp(Instant(1)) == "19700101000000.0000+0000"


PCD05 = (
    "MSH|^~\\&|AM|H|MONITORD|ward|20260105100020+0000||ORA^R41^ORA_R41|m9|P|2.6\r"
    "MSA|AA|c1\r"
    "OBR|1||s1/spo2_low/1^MONITORD|196616^MDC_EVT_ALARM^MDC\r"
    "PRT||UP|^Accepted|AP^Alert Provider^HL70912|n7^Nurse^Seven\r"
)


def test_a_status_says_which_alert_was_accepted_by_whom() -> None:
    status = status_of(Hl7Message(PCD05))
    assert (status.alarm, status.word, status.by) == ("s1/spo2_low/1", "accept", "n7")
    assert Hl7Message(PCD05).kind == "ORA^R41"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("^Rejected", "reject"),
        ("Accepted", "accept"),
        ("^AcceptedPositive", "accept"),
        ("^Delivered", None),
        ("^Read", None),
        ("", None),
    ],
)
def test_only_an_answer_is_an_answer(said: str, word: str | None) -> None:
    assert status_of(Hl7Message(PCD05.replace("^Accepted", said))).word == word


def test_the_acknowledgement_names_the_message() -> None:
    answer = Hl7Message(acknowledgement(Hl7Message(PCD05), "a1", "20260105100021", "no such alarm"))
    assert (answer.kind, answer.field("MSA", 1), answer.field("MSA", 2)) == ("ACK", "CE", "m9")


def test_frames_are_found_in_any_pieces_and_garbage_is_skipped() -> None:
    wire = b"garbage" + framed("one") + b"\x00\x0bhalf" + framed("two")
    deframer = Deframer()
    found = [text for i in range(len(wire)) for text in deframer.feed(wire[i : i + 1])]
    assert found == ["one", "two"]
    deframer.feed(b"\x0b" + b"x" * (LONGEST + 1))
    assert deframer.feed(framed("three")) == ["three"]


def test_a_link_is_a_note_that_an_hl7_parser_takes() -> None:
    text = written(notify(), link="https://s/#{bed}")
    # R40 has the structure of R01 (HL7 2.6 section 7.3.14); the library knows it by that name.
    known = text.replace("ORU^R40^ORU_R40", "ORU^R01^ORU_R01")
    assert parse_message(known, validation_level=VALIDATION_LEVEL.STRICT).validate()


def test_the_patient_is_the_pseudonym_and_without_one_the_session() -> None:
    def patient(**changes: Any) -> str:
        return Hl7Message(written(notify(**changes))).field("PID", 3)

    assert patient(pseudonym="P-17") == "P-17"
    assert patient() == "s1"
    assert patient(session=None) == "unknown"
