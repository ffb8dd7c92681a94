"""What is confidential is known by what it is: a suite that writes its forms and notes in another language, whatever words."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from monitord.config.checks.protocol_lint import gaps
from monitord.config.protocol.form_files import read_form
from monitord.config.protocol.protocols import read_protocol
from monitord.engine.protocol.confidential import confidential_of
from monitord.engine.protocol.criterion import QuestionCriterion
from monitord.engine.protocol.form import Form, FormItem
from monitord.engine.protocol.prompt import WindowPrompt
from monitord.engine.protocol.protocol import Overlay, Protocol
from monitord.engine.rules.limit import LimitRule
from monitord.engine.session.overlay import overlaid
from monitord.model import (
    MINUTE,
    AlarmEvent,
    AlarmLine,
    AnswerQuestion,
    BeginReaction,
    Notify,
    Observe,
    PatientAway,
    Signal,
    StaffAction,
    public_line,
)
from monitord.model.actions import AWAY_REASONS
from monitord.station.views.bed_view import bed_view
from monitord.station.views.explain_view import insight
from monitord.station.views.views import jsonable
from tests.builders import HIGH, MEDIUM, Bed, protocol, rules, settings
from tests.builders import level as level_of
from tests.test_confidential import ways

SHEET: Final = Form(
    name="stimmungsbogen",
    version=1,
    title="Stimmungsbogen",
    words=("suizid", "selbstverletz"),
    items=(
        FormItem(name="frage_1", title="Freudlose Tage", signal=Signal.MOOD),
        FormItem(name="frage_2", title="Gedanken, sich zu verletzen", asks_above=0),
    ),
)
POINTS: Final = (
    QuestionCriterion(name="sicher", asks="Über Suizidgedanken gesprochen?"),
    QuestionCriterion(name="klar", asks="Kann nach Hause?"),
)
WORDS: Final = ("stimmung", "frage", "freudlos", "suizid", "selbst", "verletz", "traurig", "mood")
"""Small, as the texts are made before they are looked at."""


def german(**changes: Any) -> Protocol:
    small = protocol()
    return replace(
        small,
        rules=rules(
            stimmung_tief=LimitRule(signal=Signal.MOOD, levels=(level_of(">=3", MEDIUM),)),
            stimmung_sehr_tief=LimitRule(signal=Signal.MOOD, levels=(level_of(">=3", HIGH),)),
        ),
        prompts={
            "fragen": WindowPrompt(begin=0, end=60 * MINUTE, asks="Nach Selbstverletzung fragen")
        },
        discharge=POINTS,
        forms={"stimmungsbogen": SHEET},
        fresh=small.fresh | {Signal.MOOD: 60 * MINUTE},
        away=replace(small.away, phases=("infusion",)),
        **changes,
    )


def told(bed: Bed) -> str:
    """All that the wall, the stream and every notifier say, in small letters."""
    lines = [each for each in bed.effects if isinstance(each, AlarmLine)]
    messages = [each for each in bed.effects if isinstance(each, Notify)]
    texts = [repr(public_line(line)) for line in lines]
    for message in messages:
        seen = replace(message, line=public_line(message.line))
        texts += [text for told in ways(seen).values() for text in told]
    return "\n".join([*texts, wall(bed)]).lower()


def wall(bed: Bed) -> str:
    tile = jsonable(bed_view("1", bed.engine.state, "Chair 3", bed.now))
    return json.dumps([tile, jsonable(insight(bed.engine.state))], ensure_ascii=False).lower()


def a_bad_day(given: Protocol) -> Bed:
    bed = Bed(settings(protocols={"small": given}))
    bed.admit()
    bed.start_infusion()
    bed.spo2(97, "10s")
    bed.fill_form("stimmungsbogen", answers={"frage_1": 3, "frage_2": 1})
    bed.wait("7min")
    return bed


def test_a_form_in_german_is_said_as_clinician_needed_alone() -> None:
    bed = a_bad_day(german())
    text = told(bed)
    assert "clinician needed" in text
    assert [word for word in WORDS if word in text] == []
    whole = json.dumps(jsonable(insight(bed.engine.state, whole=True)), ensure_ascii=False)
    for word in ("stimmung_tief", "Suizidgedanken", "Selbstverletzung", "Freudlose Tage"):
        assert word in whole


@pytest.mark.parametrize(
    "action",
    [
        (Observe, {"values": {Signal.MOAAS: 4.0}, "note": "spricht von Suizid, ist traurig"}),
        (Observe, {"values": {}, "note": "hat sich selbst verletzt"}),
        (BeginReaction, {"reason": "traurig, will sich etwas antun"}),
        (PatientAway, {"reason": "traurig, will allein sein"}),
        (AnswerQuestion, {"question": "klar", "yes": False, "note": "traurig"}),
    ],
)
def test_what_staff_wrote_in_their_own_words_is_in_the_beds_own_detail_alone(
    action: tuple[type[StaffAction], dict[str, Any]],
) -> None:
    bed = a_bad_day(german())
    kind, given = action
    assert bed.act(kind, **given) is None
    assert [word for word in WORDS if word in told(bed)] == []
    bed.wait("10min")
    bed.spo2(97, "10s")
    assert [word for word in WORDS if word in told(bed)] == []
    whole = json.dumps(jsonable(insight(bed.engine.state, whole=True)), ensure_ascii=False)
    assert any(word in whole for word in ("traurig", "verletzt"))


def test_the_reasons_that_the_page_offers_for_an_absence_are_on_the_wall() -> None:
    bed = a_bad_day(german())
    assert bed.act(PatientAway, reason="toilet") is None
    assert "toilet" in wall(bed)
    source = Path("monitord/station/web/src/forms.tsx").read_text(encoding="utf-8")
    (offered,) = [line for line in source.splitlines() if line.startswith("const reasons")]
    listed = re.findall(r'"([^"]+)"', offered)
    assert set(listed) == set(AWAY_REASONS)


def test_an_id_says_nothing_of_the_rule_and_is_given_once() -> None:
    bed = a_bad_day(german())
    starts = [
        line
        for line in bed.effects
        if isinstance(line, AlarmLine) and line.event is AlarmEvent.START and line.confidential
    ]
    assert {line.alarm for line in starts} == {"assess", "stimmung_tief", "stimmung_sehr_tief"}
    ids = [line.id for line in starts]
    assert len(set(ids)) == 3
    assert all(each.rpartition("/")[0] == "s1/clinician_needed" for each in ids)


def test_a_line_of_a_form_names_neither_protocol_nor_phase() -> None:
    bed = a_bad_day(german())
    (line, *_) = [e for e in bed.effects if isinstance(e, AlarmLine) and e.confidential]
    assert line.protocol is not None
    public = public_line(line)
    assert public.protocol == "#" + line.protocol.rpartition("#")[2]
    assert public.phase is None


def test_an_answer_stays_one_when_the_protocol_is_put_right() -> None:
    """The other protocol has no such form, and asks for the same sign as one of its own."""
    plain = replace(german(), name="plain", forms={}, prompts={}, discharge=())
    bed = Bed(settings(protocols={"small": german(), "plain": plain}))
    bed.admit()
    bed.start_infusion()
    bed.spo2(97, "10s")
    bed.fill_form("stimmungsbogen", answers={"frage_1": 3, "frage_2": 0})
    assert bed.correct_protocol("plain", reason="the other one") is None
    bed.wait("7min")
    assert [word for word in WORDS if word in told(bed)] == []


def test_an_overlay_may_say_that_its_question_is_confidential() -> None:
    asks = QuestionCriterion(name="zuhause", asks="Ist jemand bei ihr?")
    over = Overlay(name="o", version=1, asks="?", discharge=(asks,), confidential=("zuhause",))
    made = overlaid(german(overlays={"o": over}), ["o"])
    assert confidential_of(made).points == {"sicher", "zuhause"}


def test_a_word_counts_by_its_beginning_and_a_title_as_it_is_written() -> None:
    asks = {
        "a": "Suizidal?",
        "b": "SELBSTVERLETZUNG?",
        "c": "Stimmungsbogen da?",
        "d": "Stimmung gut?",
    }
    points = tuple(QuestionCriterion(name=name, asks=text) for name, text in asks.items())
    assert confidential_of(replace(german(), discharge=points)).points == {"a", "b", "c"}


def test_the_shipped_form_has_words_of_more_than_one_language() -> None:
    epds = replace(german(), forms={"epds": read_form("epds")})
    texts = (
        "Self-harm?",
        "Suicidal?",
        "Suizidgedanken?",
        "Idées suicidaires?",
        "Pensa al suicidio?",
    )
    points = tuple(QuestionCriterion(name=f"q{n}", asks=each) for n, each in enumerate(texts))
    assert len(confidential_of(replace(epds, discharge=points)).points) == len(texts)


@pytest.mark.parametrize("name", ["stimmungsbogen", "nach_stimmungsbogen"])
def test_a_protocol_or_phase_that_is_called_after_a_form_fails_the_check(
    name: str, tmp_path: Path
) -> None:
    form = {"name": "stimmungsbogen", "version": 1, "items": [{"name": "frage_1"}]}
    (tmp_path / "stimmungsbogen.yaml").write_text(json.dumps(form), encoding="utf-8")
    given = {"extends": "ketamine_iv_0_5_40", "name": name, "forms": ["./stimmungsbogen.yaml"]}
    path = tmp_path / "p.yaml"
    path.write_text(json.dumps(given), encoding="utf-8")
    assert any("names a form" in sentence for _, sentence in gaps(read_protocol(str(path))))
