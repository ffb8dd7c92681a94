"""What came of a form stays at the bed: no word of it on any way out, whichever rule, prompt or item speaks of it."""

import asyncio
import json
import re
from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest

from monitord.config.protocol.form_files import read_form
from monitord.daemon.health.metrics import Metrics
from monitord.daemon.numerics_feed import bed_numerics
from monitord.engine.protocol.confidential import ASSESS, confidential_of
from monitord.engine.protocol.criterion import QuestionCriterion, ReadingCriterion
from monitord.engine.protocol.form import Form, FormItem
from monitord.engine.protocol.prompt import AlarmPrompt, Prompt, WindowPrompt
from monitord.engine.protocol.protocol import Protocol, ScheduleItem
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.combine import CombineLevel, CombineRule, parse_term
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueLevel, OverdueRule
from monitord.model import (
    CLINICIAN,
    MINUTE,
    AlarmEvent,
    AlarmLine,
    Attempt,
    Instant,
    Notify,
    Signal,
    public_line,
)
from monitord.notify.channels.espa import call
from monitord.notify.channels.pcd04 import report
from monitord.notify.channels.syslog import SyslogConfig, record
from monitord.notify.channels.terminal import logged, said
from monitord.notify.message_text import body_of, details, facts, headline, title_of
from monitord.notify.notifier import Bundle
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from monitord.plugins import load_plugins
from monitord.station.host import Told
from monitord.station.hub import alarm_message
from monitord.station.views.bed_view import bed_view
from monitord.station.views.explain_view import insight
from monitord.station.views.views import jsonable
from monitord.store.line_json import line_json
from tests.builders import LOW, MEDIUM, Bed, limit, protocol, rules, settings
from tests.builders import level as level_of
from tests.peers import until

EPDS = read_form("epds")
OWN = Form(
    name="blue",
    version=1,
    title="Mood diary",
    items=(
        FormItem(name="low_days", title="Days without joy", signal=Signal.MOOD),
        FormItem(name="thoughts", title="Thoughts of self-harm", asks_above=0),
    ),
)
ANSWERS: Final = (2, 3, 2, 2, 3, 2, 2, 3, 2, 2)
"""23 in all: no other number of the bed is that, so that it can be looked for."""

SECRET: Final = re.compile(
    r"epds|self.?harm|item.?10|\bitem_|mood|diary|joy|thoughts|blue|low_days|(?<![\d:.T-])23(?![\d:]| (?:s|min)\b)",
    re.IGNORECASE,
)

RULES: Final[dict[str, ProtocolRule]] = {
    "epds_high": LimitRule(signal=Signal.EPDS, levels=(level_of(">=13", MEDIUM),)),
    "harm_now": LimitRule(signal=Signal.EPDS_SELF_HARM, levels=(level_of(">=1", MEDIUM),)),
    "mood_low": LimitRule(signal=Signal.MOOD, levels=(level_of(">=3", MEDIUM),)),
    "both": CombineRule(
        title="EPDS high in a sleepy patient",
        levels=(
            CombineLevel(
                priority=MEDIUM, needs=((parse_term("epds >=13"),), (parse_term("moaas <=4"),))
            ),
        ),
    ),
    "epds_overdue": OverdueRule(item="epds", levels=(OverdueLevel(priority=MEDIUM, share=0.2),)),
    # It reads no form; its own words name one.
    "called_so": LimitRule(
        signal=Signal.ANXIETY, levels=(level_of(">=2", MEDIUM),), title="asks for the Mood diary"
    ),
    # Nothing gives it away but the protocol, which says so.
    "quietly": LimitRule(signal=Signal.HALLUCINATION, levels=(level_of(">=2", MEDIUM),)),
}
PROMPTS: Final[dict[str, Prompt]] = {
    "epds_help": AlarmPrompt(
        rule="epds_high", at_least=LOW, asks="EPDS of 13 and more: who comes?"
    ),
    "fill": WindowPrompt(begin=0, end=60 * MINUTE, asks="Fill in the Mood diary"),
}
POINTS: Final = (
    ReadingCriterion(name="leave_epds", signal=Signal.EPDS, needs=limit("<=9")),
    QuestionCriterion(name="spoken", asks="Spoken about self-harm?"),
)


def given() -> Protocol:
    small = protocol()
    return replace(
        small,
        rules=rules(**RULES),
        schedule=small.schedule
        | {"epds": ScheduleItem(signals=(Signal.EPDS,), every={"infusion": 5 * MINUTE})},
        prompts=PROMPTS,
        discharge=POINTS,
        forms={"epds": EPDS, "blue": OWN},
        fresh=small.fresh
        | dict.fromkeys(
            (Signal.EPDS, Signal.EPDS_SELF_HARM, Signal.MOOD, Signal.ANXIETY, Signal.HALLUCINATION),
            60 * MINUTE,
        ),
        confidential=("quietly",),
    )


def a_bad_day() -> Bed:
    """Every rule of forms speaks, some are answered, some end, and a form is never filled in in time."""
    bed = Bed(settings(protocols={"small": given()}))
    bed.admit()
    bed.start_infusion()
    bed.spo2(97, "10s")
    bed.wait("7min")
    bed.observe({Signal.MOAAS: 4.0, Signal.ANXIETY: 2.0, Signal.HALLUCINATION: 2.0})
    bed.fill_form("epds", *ANSWERS)
    bed.fill_form("blue", answers={"low_days": 3, "thoughts": 1})
    bed.wait("90s")
    for key in ("epds_high", "harm_now", "both"):
        bed.acknowledge(key)
    bed.wait("7min")
    bed.observe({Signal.MOAAS: 5.0, Signal.ANXIETY: 0.0, Signal.HALLUCINATION: 0.0})
    bed.wait("4min")
    return bed


@pytest.fixture(scope="module")
def bed() -> Bed:
    return a_bad_day()


def delivered(bed: Bed, *, confidential: tuple[str, ...] = ()) -> list[Notify]:
    """What the channels of the suite are handed."""
    told: list[Notify] = []

    class Channel:
        async def send(self, message: Notify, *, durable: bool) -> None:
            told.append(message)

        async def close(self) -> None: ...

    class Clock:
        def now(self) -> Instant:
            return bed.now

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0)

    async def deliver() -> None:
        settled: list[Attempt] = []
        outbox = OutboxDispatcher(
            dict.fromkeys(("nurse", "doctor", "sounder"), Channel()),
            clock=Clock(),
            random=Random(1),
            report=lambda _: None,
            settle=settled.append,
            confidential=confidential,
        )
        messages = [each for each in bed.effects if isinstance(each, Notify)]
        for message in messages:
            outbox.put(message, durable=True)
        running = asyncio.create_task(outbox.run())
        await until(lambda: not any(len(worker) for worker in outbox.workers.values()))
        running.cancel()

    asyncio.run(deliver())
    return told


def ways(message: Notify) -> dict[str, list[str]]:
    """By the notifiers that come with monitord: what each makes of a message, as text or bytes on a line."""
    line, bundle = message.line, Bundle(messages=(message,))
    people = [title_of(bundle), body_of(bundle, link="https://ward.example/{bed}/{alarm}/{id}")]
    texts = [headline(line), *details(message), *facts(message, durable=True).values()]
    return {
        "terminal": [said(line, durable=True), logged(line, durable=True)],
        "mqtt": [line_json(line, durable=True)],
        "webhook": [line_json(line, durable=True), *texts],
        "command": [line_json(line, durable=True), *texts],
        "apprise": people,
        "syslog": [
            record(message, SyslogConfig(), durable=True).decode(),
            record(message, SyslogConfig(address="udp://127.0.0.1"), durable=True).decode(),
        ],
        "hl7": [report(message, control="c1", durable=True)],
        "espa": [call(line, headline(line), address="1", beep="1").decode("latin-1")],
        # They carry no alarm: signs of life, and numbers (which `_looked_at` reads).
        "heartbeat": [],
        "hl7_numerics": [],
    }


def lines(bed: Bed) -> list[AlarmLine]:
    return [each for each in bed.effects if isinstance(each, AlarmLine)]


def clean(text: str) -> str:
    """Without ids and hashes of monitord's own, in which any two digits may stand."""
    return re.sub(r"clinician_needed/(miss-)?\d+|#[0-9a-f]{12}", "", text)


def leaks(text: str) -> list[str]:
    return SECRET.findall(clean(text))


def test_every_rule_and_prompt_of_a_form_is_confidential_and_no_other() -> None:
    found = confidential_of(given())
    assert found.rules == {*RULES, ASSESS}
    assert found.prompts == set(PROMPTS)
    assert found.items == {"epds"}
    assert found.points == {"leave_epds", "spoken"}
    assert found.signals == {Signal.EPDS, Signal.EPDS_SELF_HARM, Signal.MOOD}
    assert confidential_of(protocol()).rules == {ASSESS}


def test_the_rules_spoke_and_the_journal_has_every_word(bed: Bed) -> None:
    told = {line.alarm for line in lines(bed)}
    assert told >= set(RULES) | {"assess"}
    (first, *_) = [line for line in lines(bed) if line.alarm == "epds_high"]
    assert first.confidential
    assert "EPDS 23" in first.text
    assert first.value == 23
    assert {each.event for each in lines(bed) if each.confidential} >= {
        AlarmEvent.START,
        AlarmEvent.ACKNOWLEDGE,
        AlarmEvent.REMINDER,
        AlarmEvent.CLEAR,
    }
    assert not any(line.confidential for line in lines(bed) if line.alarm == "moaas_low")


def test_no_word_of_a_form_on_any_way_out(bed: Bed) -> None:
    messages = delivered(bed)
    assert {message.line.kind for message in messages} >= {"physiological", "task"}
    assert sum(message.line.confidential for message in messages) >= 10
    assert ways(messages[0]).keys() == load_plugins().notifiers.keys()
    for message in messages:
        for notifier, texts in ways(message).items():
            for text in texts:
                assert not leaks(text), (notifier, text)


def test_it_says_where_and_how_urgently_a_clinician_is_needed(bed: Bed) -> None:
    messages = [each for each in delivered(bed) if each.line.confidential]
    first = next(each.line for each in messages if each.line.event is AlarmEvent.START)
    assert headline(first) == "MEDIUM bed 1: Clinician needed: call one"
    over = next(each.line for each in messages if each.line.event is AlarmEvent.CLEAR)
    assert headline(over) == "MEDIUM bed 1: Clinician needed; alarm over"


def test_a_destination_that_may_have_it_is_told_in_full(bed: Bed) -> None:
    told = delivered(bed, confidential=("nurse",))
    nurse = [each.line.text for each in told if each.destination == "nurse"]
    others = [each.line.text for each in told if each.destination != "nurse"]
    assert any("EPDS 23" in text for text in nurse)
    assert others
    assert not any(leaks(text) for text in others)


def test_an_answer_finds_the_alarm_by_the_id_that_was_told(bed: Bed) -> None:
    ids = {each.line.id for each in delivered(bed) if each.line.confidential}
    assert len(ids) >= 6
    assert not any(leaks(each) for each in ids)
    assert ids <= {line.id for line in lines(bed)}


def test_the_wall_the_stream_and_the_lists_say_nothing_of_it(bed: Bed) -> None:
    """At every step of the day: tile, strip and hand-over are made of the tile; the log is made of the lines."""
    again = Bed(settings(protocols={"small": given()}))
    for event in bed.events[1:]:
        while again.now < event.at:
            _looked_at(again.until(Instant(min(event.at, again.now + MINUTE))))
        again.send(event.body, source=event.source)
        _looked_at(again)
    assert {line.alarm for line in lines(again)} >= set(RULES)
    for line in lines(bed):
        sent = alarm_message(Told(seq=0, line=line)).decode()
        assert not leaks(sent), sent


def _looked_at(bed: Bed) -> None:
    tile = json.dumps(jsonable(bed_view("1", bed.engine.state, "Chair 3", bed.now)))
    assert not leaks(_without_times(tile)), tile
    anybody = json.dumps(jsonable(insight(bed.engine.state)))
    assert not leaks(_without_times(anybody)), anybody
    numbers = repr(bed_numerics(bed.engine.state, "north", "1", bed.now))
    assert not leaks(re.sub(r"\d{16}", "", numbers)), numbers


def _without_times(text: str) -> str:
    """Times are counts of milliseconds, in which any two digits may stand."""
    return re.sub(r"\d{13}", "", text)


def test_the_beds_own_detail_says_it_all_to_those_who_may_read_it(bed: Bed) -> None:
    whole = json.dumps(jsonable(insight(bed.engine.state, whole=True)))
    for word in ("epds_high", "EPDS", "23", "Fill in the Mood diary", "item_10", "self-harm"):
        assert word in whole


def test_metrics_count_it_under_one_name(bed: Bed) -> None:
    metrics = Metrics(gauges=lambda: ())
    metrics.released(map(_as_dispatched, lines(bed)), None, bed.now)
    page = metrics.page().decode()
    assert CLINICIAN in page
    assert not leaks(page)


def _as_dispatched(line: AlarmLine) -> AlarmLine:
    return public_line(line)


def test_a_near_miss_says_only_that_nobody_was_needed(bed: Bed) -> None:
    (line, *_) = [each for each in lines(bed) if each.confidential]
    missed = public_line(replace(line, event=AlarmEvent.NEAR_MISS))
    assert missed.text == "A clinician was not needed after all"


def test_a_line_of_no_form_is_told_as_it_is(bed: Bed) -> None:
    plain: list[Any] = [line for line in lines(bed) if not line.confidential]
    assert plain
    assert all(public_line(line) is line for line in plain)
