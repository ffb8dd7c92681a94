"""IHE PCD-04 "Report Alert": an alarm line as HL7 2.6 ORU^R40, its facets and codes. Pure.

Facets and codes: reference clinical sections 3.3 and 3.4 (IHE PCD TF-2, ISO/IEEE 11073-10101); only
codes that were seen in a public source are sent. Check them against NIST RTMMS before a release.
"""

from typing import NamedTuple

from monitord.model import (
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Instant,
    Kind,
    Notify,
    Priority,
    Reason,
    Signal,
    iso,
)
from monitord.model.outside_text import one_line
from monitord.notify.message_text import headline, link_of, number

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
_CHANGE = {True: "D", False: "U"}
# HL7 table 0078: significant change down, up.

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
_GOES_ON = frozenset({Reason.ESCALATED, Reason.REPEATED, Reason.MOVED})
# It is told again, or to others, and is no worse than before.
STATES = {
    AlarmPhase.ACTIVE: "active",
    AlarmPhase.ANSWERED: "active",
    AlarmPhase.LATCHED: "latched",
    AlarmPhase.RESTING: "inactive",
    AlarmPhase.INACTIVE: "inactive",
}
_STATES_OF_0_1 = {
    AlarmEvent.LATCH: "latched",
    AlarmEvent.CLEAR: "inactive",
    AlarmEvent.END: "inactive",
    AlarmEvent.NEAR_MISS: "inactive",
}
# A line that was queued by 0.1 says no state.
_ANSWERS = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT})
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

    The patient is the session's pseudonym, where none was given the session's id; PID-5 says that there
    is no name (type U).
    """
    line = message.line
    suite = escaped(line.suite)
    patient = escaped(line.pseudonym or line.session or NO_SESSION)
    phase = _phase(message)
    first = "" if phase == "start" else f"^{escaped(line.id)}&MONITORD"
    # What belongs to no bed concerns no patient: the group is left out (it is optional).
    about_patient = [
        f"PID|||{patient}^^^{suite}^PI||^^^^^^U",
        f"PV1||O|{suite}^^{escaped(line.bed or '')}",
    ]
    segments = [
        header(control, line.at, line.suite, to=to, simulated=line.simulated),
        *(about_patient if line.bed is not None else []),
        f"OBR|1||{escaped(line.id)}^MONITORD|{ALARM}|||{stamp(line.since)}{'|' * 22}{first}",
        *_facets(line, phase, headline(line, durable=durable)),
    ]
    if about := link_of(line, link):
        segments.append(f"NTE|1||{escaped(about)}")
    return "\r".join(segments) + "\r"


def _phase(message: Notify) -> str:
    """What becomes of the alarm, as this receiver sees it: what it hears of first, or anew after the end, starts.

    After downtime nobody knows what it heard: it is asked to take up what it may know already.
    """
    line = message.line
    phase = PHASES.get(line.event, "update")
    if message.opens or line.reason is Reason.LATE:
        return "start"
    return "continue" if phase in {"start", "escalate"} and line.reason in _GOES_ON else phase


def _event_code(line: AlarmLine) -> tuple[str, str]:
    """The event and its abnormal flag, by the rule alone: the same for the whole life of an alarm.

    What compares no value of the signal itself is an alarm without a side; of a change the flag says which way.
    """
    low = line.relation.low if line.relation else None
    if low is None or line.signal not in METRICS:
        return ALARM, ""
    match line.compares:
        case "value":
            return (_LOW, "L~") if low else (_HIGH, "H~")
        case "change":
            return ALARM, f"{_CHANGE[low]}~"
    return ALARM, ""


def _source(line: AlarmLine) -> tuple[str, str, str, str, Instant]:
    """OBX 2: type, metric, value, the rest up to OBX-11, and when it was read; without a metric what alarms."""
    metric = METRICS.get(line.signal) if line.signal else None
    if metric is None or line.compares != "value":
        alarm = escaped(line.alarm)
        return "ST", "68480^MDC_ATTR_ALERT_SOURCE^MDC", alarm, "||||||F", line.at
    value, limit = number(line.value), number(line.limit)
    bound = ">" if line.relation and line.relation.low else "<"
    within = f"{bound}{limit}" if limit and line.relation else ""
    # "X": no result can be had.
    status = "F" if value else "X"
    at = line.value_at if value and line.value_at is not None else line.at
    return "NM", metric.code, value, f"|{metric.unit}|{within}||||{status}", at


def _inactivation(line: AlarmLine) -> str:
    if line.state is AlarmPhase.ANSWERED or line.event in _ANSWERS:
        return "alert-acknowledged"
    paused = line.audio_paused or line.event is AlarmEvent.AUDIO_PAUSE
    return "audio-paused" if paused else "enabled"


def _facets(line: AlarmLine, phase: str, text: str) -> list[str]:
    code, abnormal = _event_code(line)
    priority, kind = PRIORITIES[line.priority], TYPES[line.kind]
    if line.state is not None:
        state = STATES[line.state]
    else:
        state = _STATES_OF_0_1.get(line.event, "active")
    plain = {
        "68481^MDC_ATTR_EVENT_PHASE^MDC": phase,
        "68482^MDC_ATTR_ALARM_STATE^MDC": state,
        "68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC": _inactivation(line),
        "68484^MDC_ATTR_ALARM_PRIORITY^MDC": priority,
        "68485^MDC_ATTR_ALERT_TYPE^MDC": kind,
    }
    rows = [
        ("ST", code, escaped(text), f"|||{abnormal}{priority}~{kind}|||F", line.at),
        _source(line),
        *(("ST", what, value, "||||||F", line.at) for what, value in plain.items()),
    ]
    return [
        f"OBX|{n}|{of_type}|{what}|1.0.0.0.{n}|{value}{rest}|||{stamp(at)}"
        for n, (of_type, what, value, rest, at) in enumerate(rows, 1)
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
