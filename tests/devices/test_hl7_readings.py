"""What messages of eight senders say: the literal ones of the reference, and the traps that they hold."""

from collections.abc import Iterable
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.hl7.hl7_bed_readings import REMEMBERED
from devices.hl7.hl7_codes import LocalCode, mdc_number
from devices.hl7.hl7_config import CodeRow, by_code
from devices.hl7.hl7_moments import SenderClock, dtm, moment
from devices.hl7.hl7_observations import number_of
from devices.hl7.hl7_oru import header_of
from devices.hl7.hl7_segments import Delimiters, text_of
from devices.hl7.hl7_units import conversion
from devices.hl7.hl7_wire import Hl7Wire
from devices.wire import Said
from monitord.model import (
    HOUR,
    MINUTE,
    SECOND,
    Cause,
    Fault,
    Frame,
    Instant,
    Quality,
    Sample,
    Signal,
)
from tests.devices import hl7_messages as sent
from tests.devices.hl7_messages import framed, message

GOOD, NONE, DOUBTED = Quality.GOOD, Quality.INVALID, Quality.INTERFERENCE
S = Signal


def now(lines: Iterable[str]) -> Instant:
    """When the message was sent."""
    header = header_of(next(iter(lines)))
    assert header.sent is not None
    return header.sent.at


def said(*messages: Iterable[str], wire: Hl7Wire | None = None, late: int = 0) -> list[Said]:
    """What a bed says whose sender's clock is right; each message arrives as it is sent."""
    wire = wire or Hl7Wire()
    found: list[Said] = []
    for lines in messages:
        rows = list(lines)
        found += wire.receive(framed(message(*rows)), Instant(now(rows) + late))
    return found


def samples(found: Iterable[Said]) -> list[Sample]:
    return [sample for item in found if isinstance(item, Frame) for sample in item.samples]


def read(*messages: Iterable[str]) -> dict[Signal, tuple[float | None, Quality]]:
    return {each.signal: (each.value, each.quality) for each in samples(said(*messages))}


def age(lines: Iterable[str], signal: Signal) -> float:
    """How old a reading is when its message arrives, s."""
    rows = list(lines)
    (found,) = [each for each in samples(said(rows)) if each.signal is signal]
    assert found.measured_at is not None
    return (now(rows) - found.measured_at) / SECOND


def obx(code: str, value: str, unit: str = "%", **fields: str) -> str:
    """A row whose other fields are usual, but for those given as `f8="DEMO"`."""
    row = ["OBX", "1", "NM", code, "", value, unit, "", "", "", "", "F", "", "", "", "", "", "", ""]
    for name, text in fields.items():
        row[int(name[1:])] = text
    return "|".join(row).rstrip("|")


def oru(
    *rows: str, at: str = "20260105100000+0000", head: str = "", obr: str = "MONITOR"
) -> tuple[str, ...]:
    head = head or rf"MSH|^~\&|X||||{at}||ORU^R01|1|P|2.6"
    return head, "PV1||I|A^^1", f"OBR|1|||{obr}|||{at}", *rows


SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"
SYS, DIA = "150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "150022^MDC_PRESS_BLD_NONINV_DIA^MDC"
MMHG = "266016^MDC_DIM_MMHG^MDC"


def spo2(*fields: str, **more: str) -> tuple[float | None, Quality] | None:
    """The SpO2 of a message that has one such row."""
    return read(oru(obx(SPO2, *fields, **more))).get(S.SPO2)


# The twelve.


def test_1_a_real_message_of_an_efficia_is_read() -> None:
    assert read(sent.EFFICIA) == {
        S.HEART_RATE: (60, GOOD),
        S.SPO2: (96, GOOD),
        S.RESP_RATE: (20, GOOD),
        S.PULSE_RATE: (59, GOOD),
    }
    assert age(sent.EFFICIA, S.SPO2) == 26


def test_2_a_cuffs_rows_share_one_time_and_x_is_no_value() -> None:
    assert read(sent.EFFICIA_NBP) == {
        S.SPO2: (None, NONE),
        S.NIBP_SYS: (122, GOOD),
        S.NIBP_DIA: (80, GOOD),
        S.NIBP_MAP: (94, GOOD),
    }
    assert {age(sent.EFFICIA_NBP, each) for each in (S.NIBP_SYS, S.NIBP_MAP)} == {30}


def test_3_a_stored_reading_is_as_old_as_it_says() -> None:
    assert read(sent.SURESIGNS) == {S.SPO2: (100, GOOD), S.NIBP_DIA: (69, GOOD)}
    eight_days = 7 * 24 * 3600 + 63_638
    assert age(sent.SURESIGNS, S.SPO2) == age(sent.SURESIGNS, S.NIBP_DIA) == eight_days


def test_4_an_escaped_value_of_another_parameter_costs_nothing() -> None:
    assert read(sent.INTELLIVUE_IC) == {
        S.HEART_RATE: (87, GOOD),
        S.PULSE_RATE: (87, GOOD),
        S.SPO2: (98, GOOD),
    }


def test_5_what_a_demonstration_shows_is_nobodys() -> None:
    assert {quality for _, quality in read(sent.VS900_DEMO).values()} == {Quality.DEMO}
    assert age(sent.VS900_DEMO, S.NIBP_SYS) == 333


def test_6_a_doubled_row_counts_once_and_a_pressure_that_is_repeated_never_twice() -> None:
    first = read(sent.COMEN)
    assert first == {
        S.SPO2: (97, GOOD),
        S.PULSE_RATE: (59, GOOD),
        S.RESP_RATE: (20, GOOD),
        S.TEMPERATURE: (37, GOOD),
        S.NIBP_SYS: (120, GOOD),
        S.NIBP_DIA: (80, GOOD),
        S.NIBP_MAP: (90, GOOD),
    }
    minutes = [
        [line.replace("20250310101500", f"202503101015{second:02}") for line in sent.COMEN]
        for second in (0, 10, 20, 30)
    ]
    found = samples(said(*minutes))
    assert [each.value for each in found if each.signal is S.NIBP_SYS] == [120]
    assert len([each for each in found if each.signal is S.SPO2]) == 4


def test_7_a_mistyped_code_stays_doubtful_and_a_temperature_of_no_body_is_none() -> None:
    assert read(sent.NORTHERN) == {
        S.SPO2: (None, NONE),
        S.PULSE_RATE: (None, NONE),
        S.TEMPERATURE: (38.5, GOOD),
        S.NIBP_SYS: (142, DOUBTED),
        S.NIBP_DIA: (100, GOOD),
        S.NIBP_MAP: (114, GOOD),
    }


def test_8_marks_are_no_values() -> None:
    assert set(read(sent.XH80X).values()) == {(None, NONE)}


def test_9_an_artery_is_no_cuff_and_the_cuff_has_its_own_time() -> None:
    assert read(sent.NIHON_KOHDEN) == {
        S.HEART_RATE: (75, GOOD),
        S.RESP_RATE: (16, GOOD),
        S.ETCO2: (40, GOOD),
        S.SPO2: (98, GOOD),
        S.PULSE_RATE: (73, GOOD),
        S.NIBP_SYS: (171, GOOD),
        S.NIBP_DIA: (122, GOOD),
        S.NIBP_MAP: (138, GOOD),
    }
    assert age(sent.NIHON_KOHDEN, S.NIBP_SYS) == 63
    assert age(sent.NIHON_KOHDEN, S.SPO2) == 202


def test_10_of_two_rates_of_breathing_that_of_the_lowest_place_counts() -> None:
    assert read(sent.GE_B40) == {S.RESP_RATE: (30, GOOD), S.SPO2: (100, GOOD)}


def test_11_the_message_of_ihe_is_read() -> None:
    assert read(sent.NIST) == {
        S.NIBP_SYS: (120, GOOD),
        S.NIBP_DIA: (80, GOOD),
        S.NIBP_MAP: (93, GOOD),
        S.NIBP_PULSE: (63, GOOD),
    }


def test_12_names_stand_for_codes_and_fahrenheit_is_converted() -> None:
    assert read(sent.WACS) == {
        S.HEART_RATE: (80, GOOD),
        S.SPO2: (None, NONE),
        S.NIBP_SYS: (121, GOOD),
        S.NIBP_DIA: (77, GOOD),
        S.NIBP_MAP: (90, GOOD),
        S.TEMPERATURE: (37, GOOD),
    }


# Values.


@pytest.mark.parametrize(
    "mark",
    [
        *("", '""', "-100", "-100.00", "-999", "-99.9", "-1", "---", "--", "?", "NaN", "nan"),
        *("INV", "null", "N/A", "***", "8388607", "-1000"),
    ],
)
def test_a_mark_for_no_value_is_none(mark: str) -> None:
    assert number_of(mark) is None
    assert spo2(mark) == (None, NONE)


@pytest.mark.parametrize("text", ["97 %", "abc", "97^98", "97~98", "1e400", "0x61", "٩٧", "97;"])
def test_what_is_no_number_is_no_reading_and_its_neighbours_stay(text: str) -> None:
    found = read(oru(obx(SPO2, text), obx("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "71", "bpm")))
    assert found == {S.SPO2: (None, NONE), S.PULSE_RATE: (71, GOOD)}


def test_a_value_that_stands_twice_and_is_the_same_counts() -> None:
    assert spo2("97~97") == (97, GOOD)


def test_zero_is_no_saturation() -> None:
    assert spo2("0") == (None, NONE)


def test_a_structured_numeric_is_a_number_where_it_is_one() -> None:
    assert spo2("=^97", f2="SN") == (97, GOOD)
    assert spo2("^97", f2="SN") == (97, GOOD)
    assert spo2("^90^-^95", f2="SN") == (None, NONE)
    assert spo2("^90^:^95", f2="SN") == (None, NONE)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("<70", "NM"), ("< 70", "NM"), ("<=70", "ST"), (">70", "NM"), ("<^70", "SN"), (">=^70", "SN")],
)
def test_a_number_beyond_what_the_monitor_can_show_is_a_doubtful_bound(
    text: str, kind: str
) -> None:
    """A saturation of less than 70 must not look like none."""
    assert spo2(text, f2=kind) == (70, DOUBTED)
    assert spo2(text, f2=kind, f8="DEMO") == (70, Quality.DEMO)
    assert spo2(text, f2=kind, f11="X") == (None, NONE)


@pytest.mark.parametrize("text", ["<", "<^", "<-100", "<<70", "70<", "<=>70", "<^70^-^80"])
def test_a_bound_of_nothing_is_no_number(text: str) -> None:
    assert spo2(text, f2="SN") == (None, NONE)


@pytest.mark.parametrize(
    ("sys", "dia", "mean", "fits"),
    [
        *(("120", "80", "93", True), ("120", "80", "", True), ("120", "80", "80", True)),
        *(("80", "120", "93", False), ("120", "120", "120", False), ("120", "80", "12", False)),
        *(("120", "80", "130", False), ("", "80", "93", True), ("120", "", "93", True)),
    ],
)
def test_numbers_that_cannot_be_of_one_pressure_are_none(
    sys: str, dia: str, mean: str, fits: bool
) -> None:
    rows = [
        obx(f"{code}^{name}^MDC", value, "mmHg", f14="20240503100400")
        for code, name, value in (
            ("150021", "MDC_PRESS_BLD_NONINV_SYS", sys),
            ("150022", "MDC_PRESS_BLD_NONINV_DIA", dia),
            ("150023", "MDC_PRESS_BLD_NONINV_MEAN", mean),
        )
    ]
    found = {value[1] for value in read(oru(*rows)).values() if value[0] is not None}
    assert found == {GOOD if fits else Quality.IMPLAUSIBLE}


@pytest.mark.parametrize(("status", "expected"), [*((each, GOOD) for each in ("", "F", "R", "C", "O")), *((each, NONE) for each in "XDWNI"), ("P", DOUBTED), ("Q", DOUBTED)])  # fmt: skip
def test_the_status_decides_whether_there_is_a_number(status: str, expected: Quality) -> None:
    assert spo2("97", f11=status) == ((97 if expected is not NONE else None), expected)


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        *(("", GOOD), ("N", GOOD), ("LL", GOOD), ("L~PH~SP", GOOD), ("DEMO", Quality.DEMO)),
        *(("TEST", Quality.DEMO), ("INV", NONE), ("NAV", NONE), ("?", NONE), ("QUES", DOUBTED)),
        *(("<", DOUBTED), (">", DOUBTED), ("odd", DOUBTED), ("N~DEMO", Quality.DEMO)),
        *((each, Quality.DEMO) for each in ("SIMULATED", "Demo mode", "TESTING", "TRAINING")),
    ],
)
def test_the_flags_decide_whether_a_number_counts(flag: str, expected: Quality) -> None:
    value, quality = spo2("84", f8=flag) or (None, None)
    assert quality is expected
    assert (value is None) is (expected is NONE)


def test_a_message_of_training_is_a_demonstration() -> None:
    head = r"MSH|^~\&|X||||20260105100000+0000||ORU^R01|1|T|2.6"
    assert read(oru(obx(SPO2, "97"), head=head)) == {S.SPO2: (97, Quality.DEMO)}


# Codes.


def test_mdil_and_mdc_are_one_table() -> None:
    assert mdc_number("0002-4bb8") == mdc_number("150456") == 150456
    assert mdc_number("0004-0AA0") == 264864


@pytest.mark.parametrize(
    ("code", "part", "signal"),
    [
        *(
            ("0002-4a05^NBPs^MDIL", "", S.NIBP_SYS),
            ("150301^MDC_PRESS_CUFF_SYS^MDC", "", S.NIBP_SYS),
        ),
        ("150303^MDC_PRESS_CUFF_MEAN^MDC", "", S.NIBP_MAP),
        ("150017^MDC_PRESS_BLD_NONINV_SYS^MDC", "", S.NIBP_SYS),
        ("149514^Pulse^MDIL", "", S.PULSE_RATE),
        ("393216^NIBP_NIBPS^EHC", "", S.NIBP_SYS),
        ("8480-6^Systolic blood pressure^LN", "", S.NIBP_SYS),
        ("NIBP^NIBP^WAP", "MEAN", S.NIBP_MAP),
        ("SpO2", "", S.SPO2),
        ("SPO2X^Saturation^L^150456^MDC_PULS_OXIM_SAT_O2^MDC", "", S.SPO2),
        ("999999^MDC_RESP_RATE^MDC", "", S.RESP_RATE),
    ],
)
def test_a_code_is_known(code: str, part: str, signal: Signal) -> None:
    assert read(oru(obx(code, "93", "", f4=part))) == {signal: (93, GOOD)}


@pytest.mark.parametrize(
    "code",
    [
        *("150033^MDC_PRESS_BLD_ART_SYS^MDC", "150037^MDC_PRESS_BLD_ART_ABP_SYS^MDC"),
        *("150017^MDC_PRESS_BLD_SYS^MDC", "0002-4a15^ABPs^MDIL", "500^ArtSys", "044000^ART(S)"),
        *(
            "149522^MDC_BLD_PULS_RATE_INV^MDC",
            "160^Glucose",
            "160^Potassium^L",
            "Sys",
            "004001^Apnea",
        ),
    ],
)
def test_what_is_no_cuff_and_no_finger_is_not_read(code: str) -> None:
    assert read(oru(obx(code, "93", ""))) == {}


@pytest.mark.parametrize(
    "code",
    [
        *("150031^MDC_PRESS_CUFF_SYS^MDC", "150302^MDC_PRESS_CUFF_MEAN^MDC", "150021^ART SYS^MDC"),
        *("777^ART SYS^99LOC^150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "8480-6^Invasive systolic^LN"),
        "150021^MDC_PRESS_BLD_NONINV_SYS^MDC^777^ABP SYS^99LOC",
    ],
)
def test_a_code_that_says_two_things_is_none_and_told(code: str) -> None:
    found = said(oru(obx(code, "142", MMHG)))
    assert samples(found) == []
    assert [each.cause for each in found if isinstance(each, Fault) and each.present] == [
        Cause.GARBLED
    ]


def test_a_pulse_with_a_method_is_the_cuffs() -> None:
    rows = oru(
        obx(SYS, "120", MMHG), obx("149514^Pulse^MDC", "60", "bpm", f17="^NBP"), obr="SPOTCHECK"
    )
    assert read(rows) == {S.NIBP_SYS: (120, GOOD), S.NIBP_PULSE: (60, GOOD)}


def test_a_sites_own_codes_say_what_the_site_says() -> None:
    rows = by_code(
        [
            CodeRow(code="SAT", signal=S.SPO2, system="99CLINIC"),
            CodeRow(code="151562", signal=S.RESP_RATE, part="1.20"),
        ]
    )
    assert rows.rows["SAT"] == (LocalCode(code="SAT", signal=S.SPO2, system="99CLINIC"),)
    wire = Hl7Wire(local=rows)
    lines = oru(
        obx("SAT^Saturation^99CLINIC", "95"),
        obx("SAT^Saturday^OTHER", "6"),
        obx("151562^MDC_RESP_RATE^MDC", "30", "rpm", f4="1.6.1.1"),
        obx("151562^MDC_RESP_RATE^MDC", "18", "rpm", f4="1.20.1.1"),
    )
    found = {each.signal: each.value for each in samples(said(lines, wire=wire))}
    assert found == {S.SPO2: 95, S.RESP_RATE: 18}


# Units.


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        (SYS, "16.0", "kPa", 120.0099),
        (SYS, "16.0", "kPa^kPa^UCUM", 120.0099),
        (SYS, "120", "mm[Hg]^mm[Hg]^UCUM", 120),
        (SYS, "120", "0004-0f20^mmHg^MDIL", 120),
        ("151708^^MDC", "5.7", "kPa", 42.7535),
        ("150344^MDC_TEMP^MDC", "98.6", "266560^MDC_DIM_FAHR^MDC", 37),
        ("150344^MDC_TEMP^MDC", "98.6", "268160^°F^MDC", 37),
        ("150344^MDC_TEMP^MDC", "37.1", "0004-1710^°C^MDIL", 37.1),
        (SPO2, "97", "", 97),
    ],
)
def test_a_unit_is_read(code: str, value: str, unit: str, expected: float) -> None:
    ((found, _),) = read(oru(obx(code, value, unit))).values()
    assert found == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        *((SYS, "120", "mL"), (SYS, "120", "%"), (SPO2, "97", "bpm"), (SPO2, "97", "999999")),
        ("150344^MDC_TEMP^MDC", "98.6", "268224"),
        ("150344^MDC_TEMP^MDC", "98.6", "°C^°F^L"),
    ],
)
def test_a_number_in_a_unit_that_is_none_of_its_signal_is_no_reading(
    code: str, value: str, unit: str
) -> None:
    assert [value for value, _ in read(oru(obx(code, value, unit))).values() if value] == []


@pytest.mark.parametrize("value", ["98.6", "20", "45.5"])
def test_a_temperature_of_no_living_body_is_implausible(value: str) -> None:
    assert read(oru(obx("150344^MDC_TEMP^MDC", value, "°C"))) == {
        S.TEMPERATURE: (float(value), Quality.IMPLAUSIBLE)
    }


def test_a_carbon_dioxide_without_a_unit_that_may_be_in_kpa_is_not_believed() -> None:
    assert read(oru(obx("250^EtCO2", "5.7", "", f4="2107")))[S.ETCO2][1] is Quality.IMPLAUSIBLE


def test_no_unit_at_all_is_the_signals_own() -> None:
    assert conversion(S.NIBP_SYS, []) is None


# Times.


def test_a_pressure_of_24_minutes_ago_is_as_old() -> None:
    rows = [
        obx(code, value, MMHG, f14="20260105093600+0000")
        for code, value in ((SYS, "120"), (DIA, "80"))
    ]
    assert age(oru(*rows), S.NIBP_SYS) == 24 * 60


def test_a_pressure_that_is_sent_again_with_its_time_counts_once() -> None:
    rows = [
        obx(code, value, MMHG, f14="20260105095930+0000")
        for code, value in ((SYS, "120"), (DIA, "80"))
    ]
    messages = [
        oru(obx(SPO2, str(number + 80)), *rows, at=f"202601051000{number:02}+0000")
        for number in range(5)
    ]
    found = samples(said(*messages))
    assert [each.value for each in found if each.signal is S.NIBP_SYS] == [120]
    assert len([each for each in found if each.signal is S.SPO2]) == 5


def test_a_pressure_without_a_time_counts_by_its_change_and_never_as_the_first() -> None:
    readings = ("120", "120", "131", "131", "120")
    messages = [
        oru(
            obx(SPO2, "97"),
            obx(SYS, value, MMHG),
            obx(DIA, "80", MMHG),
            at=f"20260105100{number}00+0000",
        )
        for number, value in enumerate(readings)
    ]
    found = [
        (each.value, each.quality) for each in samples(said(*messages)) if each.signal is S.NIBP_SYS
    ]
    assert found == [(120, Quality.REPEATED), (131, GOOD), (120, GOOD)]


def test_a_pressure_whose_parts_stand_in_obrs_of_their_own_is_one() -> None:
    at, taken = "20260105100000+0000", "20260105095930+0000"
    rows = [
        row
        for code, value in ((SYS, "120"), (DIA, "80"))
        for row in (f"OBR|1|||X|||{taken}", obx(code, value, MMHG, f14=taken))
    ]
    mean = ["OBR|3|||X", obx("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", "93", MMHG)]
    assert read(oru(*rows, *mean, at=at)) == {
        S.NIBP_SYS: (120, GOOD),
        S.NIBP_DIA: (80, GOOD),
        S.NIBP_MAP: (93, GOOD),
    }


def test_a_pressure_that_appears_without_a_time_was_measured_now() -> None:
    before = [oru(obx(SPO2, "97"), at=f"2026010510{minute:02}00+0000") for minute in range(3)]
    after = oru(
        obx(SPO2, "97"), obx(SYS, "120", MMHG), obx(DIA, "80", MMHG), at="20260105100300+0000"
    )
    found = [each for each in samples(said(*before, after)) if each.signal is S.NIBP_SYS]
    assert [each.quality for each in found] == [GOOD]


def test_a_message_that_is_sent_again_under_another_id_counts_once() -> None:
    again = [
        line.replace("VS0000123", "VS0000124").replace("20120214112334", "20120214112344")
        for line in sent.SURESIGNS
    ]
    found = said(sent.SURESIGNS, again)
    assert len([each for each in found if isinstance(each, Frame)]) == 1


def test_the_same_values_a_second_later_are_news() -> None:
    found = said(*(oru(obx(SPO2, "97"), at=f"202601051000{second:02}+0000") for second in range(4)))
    assert len(samples(found)) == 4


def test_what_is_remembered_of_messages_is_bounded() -> None:
    wire = Hl7Wire()
    many = [
        oru(obx(SPO2, "97"), at=dtm(Instant(START + n * SECOND))) for n in range(REMEMBERED + 2)
    ]
    assert len(samples(said(*many, wire=wire))) == REMEMBERED + 2
    assert samples(said(many[-1], wire=wire)) == []
    assert len(samples(said(many[0], wire=wire))) == 1


START = Instant(1_767_607_200 * SECOND)


@pytest.mark.parametrize("zone", ["", "+0000", "+0800"])
@pytest.mark.parametrize("off", [0, 5 * HOUR, -8 * HOUR, HOUR // 2])
def test_a_clock_that_is_right_in_some_zone_is_believed_at_once(zone: str, off: int) -> None:
    if zone and off:
        return
    at = "20260105100000" + zone
    header = header_of(rf"MSH|^~\&|X||||{at}||ORU^R01|1|P|2.6")
    assert header.sent is not None
    assert SenderClock().hear(header.sent, Instant(header.sent.at + off)) == off


def test_a_clock_that_is_wrong_is_learned_with_the_second_message() -> None:
    messages = [oru(obx(SPO2, "97"), at=f"202401011007{second:02}") for second in range(3)]
    wire, found = Hl7Wire(), []
    for number, lines in enumerate(messages):
        found += samples(wire.receive(framed(message(*lines)), Instant(START + number * SECOND)))
    assert [each.quality for each in found] == [Quality.UNKNOWN_AGE, GOOD, GOOD]
    assert [each.measured_at for each in found[1:]] == [START + SECOND, START + 2 * SECOND]


def test_a_queue_that_is_emptied_is_never_of_now() -> None:
    """A gateway kept ten minutes of messages and hands them over in some seconds."""
    wire, found = Hl7Wire(), []
    for number in range(600):
        lines = oru(obx(SPO2, str(80 + number % 7)), at=dtm(Instant(START + number * SECOND)))
        at = Instant(START + 600 * SECOND + number * SECOND // 100)
        found += [(number, each) for each in samples(wire.receive(framed(message(*lines)), at))]
    believed = [number for number, each in found if each.quality is GOOD]
    assert min(believed) >= 530, "only what is as late as a network may make it"
    assert believed[-1] == 599


def test_messages_that_a_known_sender_held_back_are_as_late_as_they_are() -> None:
    wire = Hl7Wire()
    for second in range(3):
        at = Instant(START + second * SECOND)
        wire.receive(framed(message(*oru(obx(SPO2, "97"), at=dtm(at)))), at)
    late = oru(obx(SPO2, "84"), at=dtm(Instant(START + 3 * SECOND)))
    (found,) = samples(wire.receive(framed(message(*late)), Instant(START + 10 * MINUTE)))
    assert found.measured_at == START + 3 * SECOND


def test_a_reading_of_the_future_is_of_no_known_time() -> None:
    assert spo2("97", f14="20260105100200+0000") == (97, Quality.UNKNOWN_AGE)
    assert spo2("97", f14="20260105100030+0000") == (97, GOOD)


def test_a_time_that_is_none_makes_its_reading_one_of_unknown_age() -> None:
    found = read(
        oru(obx(SPO2, "97", f14="yesterday"), obx("151562^MDC_RESP_RATE^MDC", "16", "rpm"))
    )
    assert found == {S.SPO2: (97, Quality.UNKNOWN_AGE), S.RESP_RATE: (16, GOOD)}
    rows = [
        line.replace("OBR|1|||MONITOR|||20260105100000+0000", "OBR|1|||MONITOR|||soon")
        for line in oru(obx(SPO2, "97"))
    ]
    assert read(rows) == {S.SPO2: (97, Quality.UNKNOWN_AGE)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20240503100459", "2024-05-03T10:04:59"),
        ("202405031004", "2024-05-03T10:04:00"),
        ("20240503100459.250+0800", "2024-05-03T02:04:59.250000"),
        ("20240503100459.0000-0330", "2024-05-03T13:34:59"),
        ("20240503100459Z", "2024-05-03T10:04:59"),
        ("2024-05-03T10:04:59", "2024-05-03T10:04:59"),
        ("00000000000000", None),
        ("", None),
    ],
)
def test_times_are_read(text: str, expected: str | None) -> None:
    found = moment(text)
    if expected is None:
        assert found is None
    else:
        from datetime import datetime

        assert found is not None
        assert datetime.fromtimestamp(found.at / SECOND, UTC).isoformat().startswith(expected)


@pytest.mark.parametrize(
    "text", ["20241303100459", "2024", "20240503106159", "20240503100459+9900", "x"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|zone"):
        moment(text)


def test_a_zone_of_the_suite_file_makes_times_of_the_senders_wall_clock() -> None:
    found = moment("20260705120000", ZoneInfo("Europe/Berlin"))
    assert found is not None
    assert found.zone == 2 * HOUR


# The text of messages.


def test_delimiters_of_the_sender_are_honoured() -> None:
    rows = (
        r"MSH#*@!%#X####20260105100000+0000##ORU*R01#1#P#2.6",
        "OBX#1#NM#150456*MDC_PULS_OXIM_SAT_O2*MDC##97#%#####F",
    )
    assert read(rows) == {S.SPO2: (97, GOOD)}


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segments_may_end_in_any_way(end: str) -> None:
    body = (end.join(sent.EFFICIA) + end).encode()
    found = Hl7Wire().receive(framed(body), now(sent.EFFICIA))
    assert {each.signal for each in samples(found)} == {
        S.HEART_RATE,
        S.SPO2,
        S.RESP_RATE,
        S.PULSE_RATE,
    }


def test_what_stands_before_the_header_costs_nothing() -> None:
    body = "\u2028".encode() + message(*sent.EFFICIA)
    assert len(samples(Hl7Wire().receive(framed(body), now(sent.EFFICIA)))) == 4


def test_z_segments_notes_and_unknown_versions_cost_nothing() -> None:
    rows = [*oru(obx(SPO2, "97")), "ZXX|1|anything^at~all", "NTE|1||97 98 99", "FTS|1"]
    rows[0] = rows[0].replace("|2.6", "|9.9.9^XYZ")
    assert read(rows) == {S.SPO2: (97, GOOD)}


def test_a_batch_holds_several_messages() -> None:
    one, other = oru(obx(SPO2, "97")), oru(obx(SPO2, "88"), at="20260105100001+0000")
    body = message(r"FHS|^~\&|X", r"BHS|^~\&|X", *one, *other, "BTS|2", "FTS|1")
    found = samples(Hl7Wire().receive(framed(body), now(one)))
    assert [each.value for each in found] == [97, 88]


@pytest.mark.parametrize(
    ("charset", "written"),
    [
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("", "latin-1"),
        ("", "utf-8"),
        ("GB 18030-2000", "gb18030"),
    ],
)
def test_a_unit_is_read_in_its_characters(charset: str, written: str) -> None:
    head = rf"MSH|^~\&|X||||20260105100000+0000||ORU^R01|1|P|2.6||||||{charset}"
    rows = oru(obx("150344^MDC_TEMP^MDC", "37.1", "°C"), head=head)
    body = "".join(f"{row}\r" for row in rows).encode(written)
    found = samples(Hl7Wire().receive(framed(body), now(rows)))
    assert [(each.value, each.quality) for each in found] == [(37.1, GOOD)]


def test_a_chinese_name_whose_second_byte_is_a_delimiter_takes_no_field() -> None:
    name = b"\x81\x7c\x81\x5e\x81\x7e\x81\x5c".decode("gb18030")
    rows = oru(
        obx(f"150456^{name}^MDC", "97"),
        head=r"MSH|^~\&|X||||20260105100000+0000||ORU^R01|1|P|2.6||||||GBK",
    )
    body = "".join(f"{row}\r" for row in rows).encode("gb18030")
    assert [each.value for each in samples(Hl7Wire().receive(framed(body), now(rows)))] == [97]


@given(st.binary(max_size=300))
def test_characters_are_never_an_error(body: bytes) -> None:
    text_of(body)
    text_of(rb"MSH|^~\&|||||||||||||||" + body)


@given(st.text(max_size=60))
def test_escaping_and_its_undoing_are_each_others_inverse(text: str) -> None:
    signs = Delimiters()
    assert signs.unescaped(signs.escaped(text)) == text


# Faults.


def test_a_field_that_is_never_understood_is_a_fault_after_three_messages_and_over_with_the_next() -> (
    None
):
    odd = [
        oru(obx(SPO2, "97", "furlong"), at=f"202601051000{second:02}+0000") for second in range(4)
    ]
    well = oru(obx(SPO2, "97"), at="20260105100009+0000")
    found = [each for each in said(*odd, well) if isinstance(each, Fault)]
    assert [(each.cause, each.present) for each in found] == [
        (Cause.DEVICE, False),
        (Cause.DEVICE, True),
        (Cause.DEVICE, False),
    ]
    assert "furlong" in found[1].detail


def test_a_pressure_that_cannot_be_read_is_told_at_once_and_once() -> None:
    rows = (
        obx(SYS, "12O", MMHG, f14="20260105095930+0000"),
        obx(DIA, "80", MMHG, f14="20260105095930+0000"),
    )
    found = said(*(oru(*rows, at=f"202601051000{second:02}+0000") for second in range(3)))
    assert [each.cause for each in found if isinstance(each, Fault) and each.present][:1] == [
        Cause.GARBLED
    ]
    assert (
        len([each for each in found if isinstance(each, Fault) and each.cause is Cause.GARBLED])
        == 1
    )


def test_alerts_are_no_measurements() -> None:
    rows = oru(
        "OBX||TX|2^Yellow Alarm^MDIL-ALERT||SpO2 High, SpO2=98 %||||||F",
        obx(SPO2, "98"),
        obr="ALARM",
    )
    assert read(rows) == {}
