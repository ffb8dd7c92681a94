"""A visit with a bit of everything, for tests that look at every part of the page."""

import dataclasses

from monitord.engine.protocol.form import Form, FormItem
from monitord.engine.state import State, Step
from monitord.model import AlarmLine, FillForm, Kind, Priority, Sentence, TightenLimit, in_words
from tests.builders_station import NOW, line, protocol, session, settings, state, track, vitals
from tests.release.sentence_examples import example

MOOD = Form(
    name="mood",
    version=1,
    title="Mood",
    items=(FormItem(name="item_1"), FormItem(name="item_2", title="Self-harm", asks_above=0)),
)
ENTERED = FillForm(id="f1", by="CD", form="mood", answers={"item_1": 3, "item_2": 0})
TIGHTER = TightenLimit(
    id="t1",
    by="CD",
    rule="spo2_low",
    priority=Priority.MEDIUM,
    was="<90",
    limit="<93",
    reason="sleep apnoea",
)


def said(told: AlarmLine, sentence: Sentence) -> AlarmLine:
    """A line in the words of the sentence, as an engine writes it."""
    return dataclasses.replace(told, says=(sentence,), text=in_words(sentence))


def busy() -> State:
    """A visit with a bit of everything: alarms of both kinds, an entry, a limit of its own, a form."""
    own = dataclasses.replace(
        settings("1"), protocols={"ketamine": dataclasses.replace(protocol(), forms={"mood": MOOD})}
    )
    visit = dataclasses.replace(
        session(), steps=(Step(action=ENTERED, at=NOW),), adjusted=(TIGHTER,)
    )
    low, off = example("limit.for"), example("stale.why")
    bad = said(line("1", priority=Priority.HIGH), low)
    lost = line("1", "spo2_absent", n=2, kind=Kind.TECHNICAL, priority=Priority.LOW)
    return dataclasses.replace(
        state("1", visit=visit, readings=vitals(83), tracks=(track(bad), track(said(lost, off)))),
        settings=own,
        session_settings=own,
    )
