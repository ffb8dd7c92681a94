"""Writes readings as messages, in three dialects: for twins and proofs. Pure.

`mdil` is a Philips Efficia (MDIL codes, no zone, an invalid value empty with X), `pcd01` an IHE PCD-01 gateway (MDC
numbers, UCUM units, with a zone), `nihon_kohden` a Nihon Kohden gateway (six digits, status O, NIBP in its own OBR).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from devices.hl7.hl7_answer import framed
from devices.hl7.hl7_moments import dtm
from monitord.model import NIBP, Instant, Signal

DialectOfHl7 = Literal["mdil", "pcd01", "nihon_kohden"]
DIALECTS_OF_HL7: Final[tuple[str, ...]] = get_args(DialectOfHl7)
Values = Mapping[Signal, float | None]

_S = Signal
_BPM, _RPM = "264864^MDC_DIM_BEAT_PER_MIN^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC"
_MMHG: Final = "mm[Hg]^mm[Hg]^UCUM"
PCD01: Final[dict[Signal, tuple[str, str]]] = {
    _S.SPO2: ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "%^%^UCUM"),
    _S.PULSE_RATE: ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", _BPM),
    _S.PERFUSION_INDEX: ("150488^MDC_BLD_PERF_INDEX^MDC", "%^%^UCUM"),
    _S.HEART_RATE: ("147842^MDC_ECG_HEART_RATE^MDC", _BPM),
    _S.RESP_RATE: ("151562^MDC_RESP_RATE^MDC", _RPM),
    _S.ETCO2: ("151708^MDC_AWAY_CO2_ET^MDC", _MMHG),
    _S.TEMPERATURE: ("150344^MDC_TEMP^MDC", "Cel^Cel^UCUM"),
    _S.NIBP_SYS: ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", _MMHG),
    _S.NIBP_DIA: ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", _MMHG),
    _S.NIBP_MAP: ("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", _MMHG),
    _S.NIBP_PULSE: ("149546^MDC_PULS_RATE_NON_INV^MDC", _BPM),
}
MDIL: Final[dict[Signal, tuple[str, str]]] = {
    _S.SPO2: ("0002-4bb8^SpO2^MDIL", "0004-0220^%^MDIL"),
    _S.PULSE_RATE: ("0002-480a^Pulse^MDIL", "0004-0aa0^bpm^MDIL"),
    _S.PERFUSION_INDEX: ("0002-4bb0^Perf^MDIL", ""),
    _S.HEART_RATE: ("0002-4182^HR^MDIL", "0004-0aa0^bpm^MDIL"),
    _S.RESP_RATE: ("0002-5000^Resp^MDIL", "0004-0ae0^rpm^MDIL"),
    _S.ETCO2: ("0002-50b0^etCO2^MDIL", "0004-0f20^mmHg^MDIL"),
    _S.TEMPERATURE: ("0002-f0c7^T1^MDIL", "0004-17a0^°C^MDIL"),
    _S.NIBP_SYS: ("0002-4a05^NBPs^MDIL", "0004-0f20^mmHg^MDIL"),
    _S.NIBP_DIA: ("0002-4a06^NBPd^MDIL", "0004-0f20^mmHg^MDIL"),
    _S.NIBP_MAP: ("0002-4a07^NBPm^MDIL", "0004-0f20^mmHg^MDIL"),
    _S.NIBP_PULSE: ("0002-f0e5^NBP Pulse^MDIL", "0004-0aa0^bpm^MDIL"),
}
KOHDEN: Final[dict[Signal, tuple[str, str]]] = {
    _S.SPO2: ("007000^SpO2", "%"),
    _S.PULSE_RATE: ("007001^PR", "bpm"),
    _S.HEART_RATE: ("001000^HR", "bpm"),
    _S.RESP_RATE: ("004073^RR(CO2)", "rpm"),
    _S.ETCO2: ("073001^EtCO2", "mmHg"),
    _S.TEMPERATURE: ("011000^TEMP", "C"),
    _S.NIBP_SYS: ("009000^NIBP(S)", "mmHg"),
    _S.NIBP_DIA: ("009001^NIBP(D)", "mmHg"),
    _S.NIBP_MAP: ("009002^NIBP(M)", "mmHg"),
}
_TABLES: Final = {"pcd01": PCD01, "mdil": MDIL, "nihon_kohden": KOHDEN}
_HEADS: Final = {
    "pcd01": r"MSH|^~\&|TWIN^{device}^EUI-64||||{at}||ORU^R01^ORU_R01|{control}|{processing}|2.6|||AL|NE||UNICODE UTF-8",
    "mdil": r"MSH|^~\&|^EfficiaCM||||{at}||ORU^R01^ORU_R01|{control}|{processing}|2.4|||||||UNICODE UTF-8",
    "nihon_kohden": r"MSH|^~\&|NK|{device}|||{at}||ORU^R01|{control}|{processing}|2.4|||NE|AL",
}
_STATUS: Final = {"pcd01": "R", "mdil": "F", "nihon_kohden": "O"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDisplay:
    """What a monitor shows at `at`; of a pressure `cuff_at` says when it was measured."""

    at: Instant
    values: Values
    cuff: Values
    cuff_at: Instant | None = None
    demo: bool = False


def encode(
    shown: MonitorDisplay,
    dialect: DialectOfHl7,
    *,
    control: str,
    location: str,
    device: str = "ACDE48234567ABCD",
    processing: str = "P",
) -> bytes:
    """One framed message; `processing` T is one of training, as twins send."""
    zoned = dialect == "pcd01"
    now = _time(shown.at, zoned=zoned)
    head = _HEADS[dialect].format(at=now, control=control, device=device, processing=processing)
    lines = [head, "PID|||TWIN", f"PV1||I|{location}"]
    table, status = _TABLES[dialect], _STATUS[dialect]
    about = {"pcd01": "182777000^monitoring of patient^SCT", "mdil": "MONITOR"}.get(
        dialect, "VITAL"
    )
    lines.append(f"OBR|1|||{about}|||{now}")
    number = 0

    def row(signal: Signal, value: float | None, taken: str) -> str:
        nonlocal number
        number += 1
        code, unit = table[signal]
        flag = "DEMO" if shown.demo else ""
        said = "" if value is None else f"{value:g}"
        how = "X" if value is None else status
        part = f"1.{number}" if dialect == "pcd01" else ""
        return f"OBX|{number}|NM|{code}|{part}|{said}|{unit}||{flag}|||{how}|||{taken}".rstrip("|")

    of_its_own = "" if dialect == "mdil" else now
    lines += [
        row(signal, value, of_its_own)
        for signal, value in shown.values.items()
        if signal in table and signal not in NIBP
    ]
    cuff = [(signal, value) for signal, value in shown.cuff.items() if signal in table]
    if cuff and shown.cuff_at is not None:
        taken = _time(shown.cuff_at, zoned=zoned)
        if dialect == "nihon_kohden":
            lines.append(f"OBR|2|||NIBP|||{taken}||||||APERIODIC")
        lines += [row(signal, value, taken) for signal, value in cuff]
    return framed("".join(f"{line}\r" for line in lines))


def _time(at: Instant, *, zoned: bool) -> str:
    written = dtm(at)
    return written.replace("+0000", "+0000" if zoned else "")[: None if zoned else 14]
