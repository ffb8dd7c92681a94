"""Every sentence of the catalogue with an example, as docs/alarms.md lists them.

A value is that of its name (`VALUES`), or one of the key's own (`OWN`).
"""

from typing import Final

from monitord.model import MINUTE, SECOND, Sentence, in_words, say
from monitord.model.sentences.english_alarms import ALARMS
from monitord.model.sentences.english_explained import EXPLAINED
from monitord.model.sentences.english_refusals import REFUSALS
from monitord.model.sentences.english_told import TOLD
from monitord.model.sentences.english_vocabulary import VOCABULARY
from monitord.model.sentences.sentence import Value, places

SPO2: Final = say("reading.now", signal="spo2", value=86)
LOW: Final = say(
    "limit.for", reading=SPO2, beyond=say("beyond.below", limit=90), lasted=15 * SECOND
)
READ: Final = say("input", signal="spo2", value=86, unit="%", age=4 * SECOND)
SYSTOLIC: Final = say("reading.plain", signal="nibp_sys", value=172)
HEADACHE: Final = say("sign.plain", signal="headache", value="3")
FOUND: Final = say(
    "limit.for",
    reading=say("reading.plain", signal="spo2", value=86),
    beyond=say("beyond.below", limit=90),
    lasted=15 * SECOND,
)
CHAIRS: Final = say(
    "all_of",
    first=(say("as_written", text="Chair 5"),),
    last=say("as_written", text="Chair 6"),
)
BELOW: Final = say("needs.<", limit=160)
POINT: Final = say("point.reading", signal="nibp_sys", needs=say("needs.<=", limit=140))
MUST: Final = say("point.must", needs=say("needs.<=", limit=140))


def _read(value: int) -> Sentence:
    return say("point.read", signal="nibp_sys", value=value)


VALUES: Final[dict[str, Value]] = {
    "action": "start_infusion",
    "adjusted": "<88",
    "age": 4 * MINUTE,
    "alarm": "s1/spo2_low/1",
    "alarms": (LOW,),
    "answers": "2",
    "apart": 5 * MINUTE,
    "asks": "Stop infusion?",
    "baseline": 122,
    "bed": "3",
    "entered": say("away.why", reason="toilet", by="anna"),
    "beyond": say("beyond.below", limit=90),
    "by": "anna",
    "count": 2,
    "others": "MEDIUM bed 4, bed 5 over",
    "cuff": 96,
    "destination": "pager",
    "device": "oximeter",
    "dia": 92,
    "hours": 25,
    "id": "s1/spo2_low/1",
    "infusion": "running",
    "item": "blood pressure",
    "key": "s1/spo2_low/1/2/pager",
    "label": "Chair 4",
    "mark": "simulated",
    "lacks": (say("signal", signal="temperature"), say("news2.oxygen")),
    "lasted": 40 * SECOND,
    "least": 120 * MINUTE,
    "limit": 90,
    "losses": 14,
    "mean": 210,
    "minutes": 10,
    "most": 15 * MINUTE,
    "name": say("name.low", signal="spo2"),
    "names": "desk, ward",
    "needs": say("needs.<=", limit=140),
    "other": "oximeter2",
    "other_value": 80,
    "overlay": "postpartum",
    "oximeter": 70,
    "parts": (say("news2.part", signal="spo2", points=2),),
    "phase": "infusion",
    "place": "oximeter",
    "planned": 40 * MINUTE,
    "points": 3,
    "pressure": 115,
    "priority": "medium",
    "prompt": say("prompt.why", asks="Stop infusion?", why=LOW),
    "prompts": (FOUND,),
    "protocol": "ketamine_iv_0_5_40",
    "pulse": 110,
    "quality": "motion",
    "question": say("overrun.ask_infusion"),
    "reading": SPO2,
    "readings": (SYSTOLIC, HEADACHE),
    "reason": "toilet",
    "rest": 10 * SECOND,
    "rule": "spo2_low",
    "rules": (say("name.help"), say("name.low", signal="pulse_rate")),
    "score": "2",
    "seconds": 5,
    "session": "s1",
    "signal": "spo2",
    "signals": (say("signal", signal="resp_rate"), say("signal", signal="etco2")),
    "since": "infusion_end",
    "source": "oximeter",
    "stage": "infusion",
    "state": "waits",
    "subject": "oximeter",
    "sys": 220,
    "terms": "Ketamine IV 0.5 mg/kg, 40 min, within 6 weeks after birth",
    "text": "SpO2 86 now, below 90 for 15 s",
    "time": "10:02:20",
    "times": 3,
    "title": "severe pressure with symptoms",
    "unit": "%",
    "value": 86,
    "values": (say("pressure", sys=205, dia=125),),
    "was": "<90",
    "what": SPO2,
    "where": say("bed", bed="3"),
    "why": "no route to host",
    "within": 5 * MINUTE,
    "word": "acknowledge",
    "worst": 79,
}

OWN: Final[dict[str, dict[str, Value]]] = {
    "reading.marked": {"reading": SPO2},
    "sign.plain": {"signal": "headache", "value": "3"},
    "sign.now": {"signal": "chest_pain", "value": "2"},
    "sign.old": {"signal": "chest_pain", "value": "2"},
    "sedation": {"reading": say("reading.now", signal="moaas", value=2)},
    "beyond.below_baseline": {"by": 5, "baseline": 97},
    "beyond.above_baseline": {"by": 43, "baseline": 122},
    "limit.first": {"reading": say("reading.now", signal="nibp_sys", value=185)},
    "limit.doubted": {"reading": say("reading.now", signal="nibp_sys", value=220)},
    "limit.missed": {"reading": say("reading.plain", signal="spo2", value=89), "lasted": SECOND},
    "better": {"reading": say("reading.now", signal="spo2", value=92)},
    "over": {"reading": say("reading.now", signal="spo2", value=97)},
    "was.sign": {"worst": "3"},
    "was.unanswered": {"worst": 89, "lasted": 3 * MINUTE},
    "missed": {"what": (say("trend.fell", reading=SPO2, by=5, within=5 * MINUTE),)},
    "as_written": {"text": "SpO2 86 < 90 for 15 s"},
    "asks": {"title": "right chair?"},
    "burden.high": {
        "limit": 120,
        "depth": 125,
        "reading": say("reading.now", signal="pulse_rate", value=128),
    },
    "burden.rises": {"limit": 120, "reading": say("reading.now", signal="pulse_rate", value=128)},
    "trend.fell": {"by": 13},
    "trend.rose": {"by": 30, "reading": say("reading.now", signal="pulse_rate", value=128)},
    "score": {
        "title": say("score.name"),
        "value": 0.96,
        "beyond": say("beyond.at_least", limit=0.9),
    },
    "crosscheck": {"title": say("crosscheck.question")},
    "stale.why": {"quality": "probe_off"},
    "stale.last": {"value": 97},
    "stale.last.why": {"value": 97, "quality": "probe_off"},
    "stale.good": {"value": 97, "lasted": 2 * MINUTE},
    "stale.good.why": {"value": 97, "lasted": 2 * MINUTE},
    "stale.over": {"reading": say("reading.now", signal="spo2", value=97)},
    "last.good": {"value": 97},
    "last.pressure": {"pressure": say("pressure", sys=128, dia=82), "age": 6 * MINUTE},
    "last": {"value": 97, "age": 40 * SECOND},
    "doubtful": {"reading": say("reading.marked", reading=SPO2, quality="motion")},
    "stuck": {
        "readings": (
            say("reading.plain", signal="spo2", value=97),
            say("reading.plain", signal="pulse_rate", value=72),
        ),
        "lasted": 5 * MINUTE,
    },
    "overdue.for": {"lasted": 4 * MINUTE},
    "overrun.infusion.for": {"lasted": 3 * MINUTE},
    "overrun.preparation": {"question": say("overrun.ask_preparation")},
    "overrun.preparation.for": {"question": say("overrun.ask_preparation"), "lasted": 15 * MINUTE},
    "overrun.pause": {"question": say("overrun.ask_pause")},
    "overrun.pause.for": {"question": say("overrun.ask_pause"), "lasted": 12 * MINUTE},
    "overrun.reaction": {"question": say("overrun.ask_reaction")},
    "overrun.reaction.for": {"question": say("overrun.ask_reaction"), "lasted": 16 * MINUTE},
    "away.for": {"lasted": 3 * MINUTE},
    "unstarted": {
        "reading": say("reading.now", signal="spo2", value=97),
        "title": "session not started?",
    },
    "technical": {"what": say("fault.link", subject="oximeter")},
    "technical.for": {"what": say("fault.link", subject="oximeter")},
    "technical.why": {"what": say("fault.link", subject="oximeter")},
    "technical.why.for": {"what": say("fault.link", subject="oximeter")},
    "all_of": dict(CHAIRS.values),
    "fault.chairs": {"where": CHAIRS},
    "fault.implausible": {"subject": "cuff"},
    "fault.unknown_age": {"subject": "cuff"},
    "fault.garbled": {"subject": "cuff"},
    "fault.station": {"subject": say("station", name="desk")},
    "station": {"name": "desk"},
    "fault.destination": {"subject": "pager"},
    "fault.certificate": {"subject": "station certificate"},
    "fault.config": {"subject": "suite.yaml"},
    "fault.quarantine": {"subject": "3"},
    "fault.hospital": {"subject": "hospital"},
    "fault.cluster": {"subject": "workers"},
    "fault.silent_suite": {"subject": "icu"},
    "fault.unanswered": {"subject": "icu bed 3"},
    "why.differ": {"value": 97},
    "why.silent": {"source": "oximeter2", "other": "oximeter"},
    "pressure": {"sys": 205, "dia": 125},
    "no.question": {"question": "consent"},
    "no.impossible": {"signal": "moaas", "value": 7, "low": 0, "high": 5},
    "no.overlay_fits": {"why": "gate.consent: stands in both, and neither is stricter"},
    "no.level": {"was": "<91", "rule": say("signal", signal="spo2")},
    "no.overlay": {"protocol": "Ketamine IV 0.5 mg/kg, 40 min"},
    "no.phases": {"protocol": "Bed without a session"},
    "no.limit_written": {"limit": "90"},
    "no.limit_for": {"limit": ">92"},
    "no.limit_looser_now": {"limit": "<84"},
    "no.limit_looser": {"limit": "<84"},
    "no.limit_no_room": {"limit": "<120", "other": ">110"},
    "no.form_item": {"item": "item_3"},
    "no.form_answer": {"item": 2},
    "no.form_range": {"item": 2, "low": 0, "high": 3},
    "no.points": {"points": (say("point.value", read=_read(152), must=MUST),)},
    "prompt.kept": {"what": FOUND, "age": 40 * MINUTE},
    "prompt.why": {"why": LOW},
    "point.reading": {"signal": "nibp_sys"},
    "point.titled": {"title": "Consent given?"},
    "point.none": {"title": POINT},
    "point.read": {"signal": "nibp_sys", "value": 152},
    "point.must": {"needs": say("needs.<=", limit=140)},
    "point.needed": {"title": "pulse of 55 or more at rest"},
    "point.value": {"read": _read(152), "must": MUST},
    "point.old": {"read": _read(128), "must": MUST, "age": 22 * MINUTE},
    "point.severe": {"signal": "nibp_sys", "value": 182, "needs": BELOW},
    "point.severe_title": {"signal": "nibp_sys", "needs": BELOW},
    "point.repeat": {"read": _read(130), "readings": 2},
    "point.repeat_apart": {"read": _read(130), "readings": 2},
    "point.unasked": {"title": "Consent given?"},
    "point.yes": {"title": "Consent given?"},
    "point.no": {"title": "Consent given?"},
    "point.not_begun": {"title": say("point.time", least=120 * MINUTE, since="infusion_end")},
    "point.wait": {
        "title": say("point.time", least=120 * MINUTE, since="infusion_end"),
        "rest": 20 * MINUTE,
    },
    "point.loud": {"title": say("point.quiet")},
    "input.burden": {"points": 35, "limit": say("beyond.below", limit=90)},
    "input.counts": {"what": READ},
    "input.too_old": {"what": READ},
    "input.marked": {"what": READ},
    "input.simulated": {"what": READ},
    "input.rejected": {"why": "step"},
    "input.rejected_once": {"why": "range"},
    "level.holds": {"what": LOW},
    "alarm.instead": {"other": say("name.low", signal="spo2")},
    "bed.rule": {"rule": say("name.low", signal="spo2")},
    "bed.empty": {"where": say("bed", bed="3")},
    "bed.ends": {"rest": 18 * MINUTE},
    "bed.reaction": {"reason": "vomits"},
    "bed.corrected": {"reason": "wrong one chosen"},
    "bed.corrected_before": {"reason": "wrong one chosen"},
    "bed.adjusted": {
        "rule": say("signal", signal="spo2"),
        "was": say("beyond.below", limit=90),
        "limit": say("beyond.below", limit=88),
        "reason": "her own",
    },
    "news2.part": {"points": 2},
    "news2.shown": {"score": say("news2.zero", points=0, lacks=(say("news2.oxygen"),))},
    "step.spare": {"device": "pocket"},
    "step.none": {"count": 11},
    "told": {"where": say("told.bed", bed="3"), "priority": "high"},
    "told.unrecorded": {
        "mark": "not_durable",
        "what": say("told", priority="high", where=say("told.bed", bed="3"), text=LOW),
    },
    "told.marked": {"what": say("told", priority="high", where=say("told.bed", bed="3"), text=LOW)},
    "told.more": {"what": say("told", priority="high", where=say("told.bed", bed="3"), text=LOW)},
    "told.limit": {
        "reading": say("told.reading", value=86, unit="%"),
        "limit": say("told.reading", value=90, unit="%"),
    },
}

GROUPS: Final = {
    "Alarms, near misses and faults": ALARMS,
    "What cannot be done now, and what is still to be done": REFUSALS,
    "`explain`": EXPLAINED,
    "Messages": TOLD,
}


def example(key: str) -> Sentence:
    """The sentence with values that could be; KeyError where a place has none."""
    own = OWN.get(key, {})
    return say(
        key, **{place: own[place] if place in own else VALUES[place] for place in places(key)}
    )


def table() -> str:
    """All sentences by group, then the words of the vocabularies."""
    parts = []
    for title, group in GROUPS.items():
        rows = "\n".join(f"| `{key}` | {_cell(in_words(example(key)))} |" for key in group)
        parts.append(f"**{title}**\n\n| key | for example |\n| --- | --- |\n{rows}")
    words = "; ".join(f"`{key}` {word.strip()}" for key, word in VOCABULARY.items())
    return "\n\n".join([*parts, f"**Words:** {words}"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
