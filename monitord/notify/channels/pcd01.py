"""The numbers of a bed as IHE PCD-01 (DEC): HL7 2.6 ORU^R01 with MDC codes and UCUM units. Pure.

The patient is the session's pseudonymous id; a value that is not there has no OBX-5 and status X, a doubtful one QUES
in OBX-8; what is simulated is a message of training (MSH-11 T). Codes: those of `pcd04`, and MDC's for EtCO2.
"""

from typing import Final

from monitord.model import Signal
from monitord.notify.channels.pcd04 import METRICS, Metric, escaped, stamp
from monitord.notify.notifier import BedNumerics, Numeric

PROFILE: Final = "IHE_PCD_ORU_R01^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
NUMERICS: Final = METRICS | {
    Signal.ETCO2: Metric("151708^MDC_AWAY_CO2_ET^MDC", "266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM")
}
_ABOUT: Final = "182777000^monitoring of patient^SCT"
_DEVICE: Final = "69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC"


def observation_report(shown: BedNumerics, control: str, *, to: str = "") -> str:
    """The whole message; of signals without a code nothing is said."""
    suite, bed, at = escaped(shown.suite), escaped(shown.bed), stamp(shown.at)
    known = [each for each in shown.numerics if each.signal in NUMERICS]
    segments = [
        (
            f"MSH|^~\\&|MONITORD|{suite}|{escaped(to)}||{at}||ORU^R01^ORU_R01|{escaped(control)}|"
            f"{'T' if shown.simulated else 'P'}|2.6|||AL|NE||UNICODE UTF-8|||{PROFILE}"
        ),
        f"PID|||{escaped(shown.session)}^^^{suite}^PI||^^^^^^U",
        f"PV1||O|{suite}^^{bed}",
        f"OBR|1|{escaped(control)}^MONITORD|{escaped(control)}^MONITORD|{_ABOUT}|||{at}",
        f"OBX|1||{_DEVICE}|1.0.0.0|||||||X|||||||{suite}.{bed}^MONITORD",
        *(_row(number, each) for number, each in enumerate(known, 2)),
    ]
    return "\r".join(segments) + "\r"


def _row(number: int, each: Numeric) -> str:
    code, unit = NUMERICS[each.signal]
    value = "" if each.value is None else f"{each.value:.6g}"
    status = "X" if each.value is None else "R"
    flag = "QUES" if each.doubtful and each.value is not None else ""
    return f"OBX|{number}|NM|{code}|1.1.1.{number}|{value}|{unit}||{flag}|||{status}|||{stamp(each.at)}"
