"""IHE PCD-04 "Report Alert": an alarm line as HL7 2.6 ORU^R40, its facets and codes. Pure.

Facets and codes: reference clinical sections 3.3 and 3.4 (IHE PCD TF-2, ISO/IEEE 11073-10101); only
codes that were seen in a public source are sent. Check them against NIST RTMMS before a release.
"""

from typing import NamedTuple

from monitord.model import AlarmEvent, AlarmLine, Instant, Kind, Notify, Priority, Signal, iso
from monitord.model.outside_text import one_line
from monitord.notify.message_text import headline, link_of

PROFILE = "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.4^ISO"
ALARM = "196616^MDC_EVT_ALARM^MDC"
NO_SESSION = "unknown"
# PID-3 of a bed where nobody was admitted: HL7 asks for an id.


class Metric(NamedTuple):
    """OBX-3 of the measured value, and its unit as OBX-6."""

    code: str
    unit: str


_PERCENT = "262688^MDC_DIM_PERCENT^MDC^%^%^UCUM"
_BPM = "264864^MDC_DIM_BEAT_PER_MIN^MDC^/min^/min^UCUM"
_RESP = "264928^MDC_DIM_RESP_PER_MIN^MDC^/min^/min^UCUM"
_MMHG = "266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM"
_CELSIUS = "268192^MDC_DIM_DEGC^MDC^Cel^Cel^UCUM"

METRICS = {
    Signal.SPO2: Metric("150456^MDC_PULS_OXIM_SAT_O2^MDC", _PERCENT),
    Signal.PULSE_RATE: Metric("149530^MDC_PULS_OXIM_PULS_RATE^MDC", _BPM),
    Signal.HEART_RATE: Metric("147842^MDC_ECG_HEART_RATE^MDC", _BPM),
    Signal.NIBP_SYS: Metric("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", _MMHG),
    Signal.NIBP_DIA: Metric("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", _MMHG),
    Signal.NIBP_MAP: Metric("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", _MMHG),
    Signal.NIBP_PULSE: Metric("149546^MDC_PULS_RATE_NON_INV^MDC", _BPM),
    Signal.RESP_RATE: Metric("151562^MDC_RESP_RATE^MDC", _RESP),
    Signal.TEMPERATURE: Metric("150344^MDC_TEMP^MDC", _CELSIUS),
    Signal.PERFUSION_INDEX: Metric("150448^MDC_PULS_OXIM_PERF_REL^MDC", _PERCENT),
}

_LOW = "196674^MDC_EVT_LO_VAL_LT_LIM^MDC"
_HIGH = "196648^MDC_EVT_HI^MDC"

PHASES = {
    AlarmEvent.START: "start",
    AlarmEvent.ESCALATE: "escalate",
    AlarmEvent.DEESCALATE: "de-escalate",
    AlarmEvent.REMINDER: "continue",
    AlarmEvent.NEAR_MISS: "tpoint",
    AlarmEvent.CLEAR: "end",
    AlarmEvent.END: "end",
}
# Every other event changes an alarm that goes on: "update".
STATES = {
    AlarmEvent.LATCH: "latched",
    AlarmEvent.CLEAR: "inactive",
    AlarmEvent.END: "inactive",
    AlarmEvent.NEAR_MISS: "inactive",
}
INACTIVATION = {
    AlarmEvent.ACKNOWLEDGE: "alert-acknowledged",
    AlarmEvent.AUDIO_PAUSE: "audio-paused",
}
PRIORITIES = {Priority.LOW: "PL", Priority.MEDIUM: "PM", Priority.HIGH: "PH"}
TYPES = {Kind.PHYSIOLOGICAL: "SP", Kind.TECHNICAL: "ST", Kind.TASK: "SA"}


def escaped(text: str) -> str:
    """HL7 2.6 section 2.7: the message's own delimiters inside a value."""
    marks = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
    return "".join(marks.get(sign, sign) for sign in one_line(text))


def stamp(at: Instant) -> str:
    """`20260105100015.0000+0000`."""
    digits = iso(at).translate({ord(sign): None for sign in "-:TZ"})
    return f"{digits[:-2]}+0000"


def header(control: str, at: Instant, suite: str, *, to: str = "", simulated: bool = False) -> str:
    """MSH of a PCD-04; processing id T (training) where the data is simulated."""
    processing = "T" if simulated else "P"
    return (
        f"MSH|^~\\&|MONITORD|{escaped(suite)}|{to}||{stamp(at)}||ORU^R40^ORU_R40|"
        f"{escaped(control)}|{processing}|2.6|||AL|NE||UNICODE UTF-8|||{PROFILE}"
    )


def report(
    message: Notify, *, control: str, durable: bool, to: str = "", link: str | None = None
) -> str:
    """The whole message; OBR-3 is the alarm's id, by which a PCD-05 refers to it.

    The patient is the session's pseudonymous id; PID-5 says that there is no name (type U).
    """
    line = message.line
    suite = escaped(line.suite)
    patient = escaped(line.session or NO_SESSION)
    first = "" if line.event is AlarmEvent.START else f"^{escaped(line.id)}&MONITORD"
    # What belongs to no bed concerns no patient: the group is left out (it is optional).
    about_patient = [
        f"PID|||{patient}^^^{suite}^PI||^^^^^^U",
        f"PV1||O|{suite}^^{escaped(line.bed or '')}",
    ]
    segments = [
        header(control, line.at, line.suite, to=to, simulated=line.simulated),
        *(about_patient if line.bed is not None else []),
        f"OBR|1||{escaped(line.id)}^MONITORD|{ALARM}|||{stamp(line.since)}{'|' * 22}{first}",
        *_facets(line, headline(line, durable=durable)),
    ]
    if about := link_of(line, link):
        segments.append(f"NTE|1||{escaped(about)}")
    return "\r".join(segments) + "\r"


def _facets(line: AlarmLine, text: str) -> list[str]:
    metric = METRICS.get(line.signal) if line.signal else None
    low = line.value is not None and line.limit is not None and line.value <= line.limit
    code, bound = (_LOW, ">") if low else (_HIGH, "<")
    if metric is None or line.value is None or line.limit is None:
        code = ALARM
    abnormal = ("L~" if low else "H~") if code != ALARM else ""
    priority, kind = PRIORITIES[line.priority], TYPES[line.kind]
    at = stamp(line.at)

    def facet(n: int, kind: str, what: str, value: str, rest: str = "||||||F") -> str:
        return f"OBX|{n}|{kind}|{what}|1.0.0.0.{n}|{value}{rest}|||{at}"

    if metric is not None and line.value is not None:
        limit = "" if line.limit is None else f"{bound}{line.limit:g}"
        source = facet(2, "NM", metric.code, f"{line.value:g}", f"|{metric.unit}|{limit}||||F")
    else:
        source = facet(2, "ST", "68480^MDC_ATTR_ALERT_SOURCE^MDC", escaped(line.alarm))
    state = STATES.get(line.event, "active")
    inactivation = INACTIVATION.get(line.event, "enabled")
    return [
        facet(1, "ST", code, escaped(text), f"|||{abnormal}{priority}~{kind}|||F"),
        source,
        facet(3, "ST", "68481^MDC_ATTR_EVENT_PHASE^MDC", PHASES.get(line.event, "update")),
        facet(4, "ST", "68482^MDC_ATTR_ALARM_STATE^MDC", state),
        facet(5, "ST", "68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC", inactivation),
        facet(6, "ST", "68484^MDC_ATTR_ALARM_PRIORITY^MDC", priority),
        facet(7, "ST", "68485^MDC_ATTR_ALERT_TYPE^MDC", kind),
    ]


def watchdog(
    suite: str, control: str, at: Instant, every_s: float, *, to: str = "", head: str = ""
) -> str:
    """A sign of life: a PCD-04 of priority PN that says when the next one is due.

    `head`, that of the audit chain, is a note (NTE) to it.
    """
    now = stamp(at)
    rows = [
        ("ST", ALARM, "watchdog", "|||PN~ST|||F"),
        ("NM", "67860^MDC_ATTR_CONFIRM_TIMEOUT^MDC", f"{every_s:g}", "|264320^MDC_DIM_SEC^MDC|||||F"),
        ("ST", "68481^MDC_ATTR_EVENT_PHASE^MDC", "tpoint", "||||||F"),
        ("ST", "68482^MDC_ATTR_ALARM_STATE^MDC", "active", "||||||F"),
        ("ST", "68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC", "enabled", "||||||F"),
        ("ST", "68484^MDC_ATTR_ALARM_PRIORITY^MDC", "PN", "||||||F"),
        ("ST", "68485^MDC_ATTR_ALERT_TYPE^MDC", "ST", "||||||F"),
    ]  # fmt: skip
    facets = [
        f"OBX|{n}|{kind}|{what}|1.0.0.0.{n}|{value}{rest}|||{now}"
        for n, (kind, what, value, rest) in enumerate(rows, 1)
    ]
    segments = [
        header(control, at, suite, to=to),
        f"OBR|1||{escaped(control)}^MONITORD|{ALARM}|||{now}",
        *([f"NTE|1|L|audit head {escaped(head)}"] if head else []),
        *facets,
    ]
    return "\r".join(segments) + "\r"
