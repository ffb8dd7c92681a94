"""What somebody entered, with all its contents, in words for paper. Pure."""

from monitord.engine.readings.said_reading import said_value
from monitord.model import (
    SECOND,
    AcceptBaseline,
    AdjustLimit,
    Admit,
    Answer,
    AnswerQuestion,
    CorrectProtocol,
    FillForm,
    HandOver,
    Move,
    Observe,
    PatientAway,
    Signal,
    StaffAction,
    SwapDevice,
    TightenLimit,
    Void,
    in_words,
    vocabulary,
)
from monitord.record import protocol_words as words
from monitord.record.print_page import clock
from monitord.record.record import Record, RecordedAction
from monitord.record.report_words import again, row, said


def row_of(done: RecordedAction, record: Record) -> dict[str, str]:
    """One row of the report's list of what was done."""
    parts = [contents(done.action, record)]
    if abs(done.at - done.happened) >= SECOND:
        parts.append(said(record, "later", time=clock(done.at, record.zone)))
    if done.refused is not None:
        parts.append(said(record, "refused", why=done.refused))
    if done.voided is not None:
        parts.append(said(record, "voided"))
    return row(
        record,
        at=clock(done.happened, record.zone),
        who=done.action.by,
        did=words.action(record, done.action.type),
        _=" ".join(part for part in parts if part),
    )


def contents(action: StaffAction, record: Record) -> str:
    """What was entered, with the reason and the note beside it."""
    written = (getattr(action, name, "") for name in ("reason", "override", "done", "note"))
    return "; ".join(text for text in (_what(action, record), *written) if text)


def _what(action: StaffAction, record: Record) -> str:
    match action:
        case Admit() | CorrectProtocol():
            return words.titles(record, action.protocol, action.overlays)
        case AdjustLimit() | TightenLimit():
            return said(
                record,
                "limit",
                rule=words.rule(record, action.rule),
                priority=vocabulary("priority", action.priority.word, record.language),
                was=words.limit(record, action.was),
                now=words.limit(record, action.limit),
            )
        case HandOver():
            return said(record, "handed", whom=action.to)
        case FillForm():
            of = action.form
            answers = [f"{words.item(record, of, item)} {n}" for item, n in action.answers.items()]
            total = sum(action.answers.values())
            return said(
                record,
                "filled",
                form=words.form(record, of),
                answers=", ".join(answers),
                total=total,
            )
        case Observe() | AcceptBaseline():
            return _values(record, action.values)
        case AnswerQuestion():
            answer = said(record, "answer_yes" if action.yes else "answer_no")
            asked = words.question(record, action.question)
            return said(record, "answer", question=asked, answer=answer)
        case Answer():
            told = next((line for line in record.lines if line.id == action.alarm), None)
            return again(record, told.says, told.text) if told else said(record, "not_here")
        case PatientAway():
            return said(record, "away", minutes=action.minutes)
        case Move():
            return said(record, "moved", chair=action.to)
        case SwapDevice():
            return in_words(action.said, record.language)
        case Void():
            return _taken_back(action, record)
        case _:
            return ""


def _taken_back(action: Void, record: Record) -> str:
    """Which entry did not happen."""
    for done in record.actions:
        if done.action.id == action.action:
            what = _what(done.action, record) if not isinstance(done.action, Void) else ""
            at = clock(done.happened, record.zone)
            did = words.action(record, done.action.type)
            if not what:
                return said(record, "of", action=did, time=at)
            return said(record, "of_what", action=did, time=at, what=what)
    return ""


def _values(record: Record, values: dict[Signal, float]) -> str:
    spoken = (said_value(signal, value) for signal, value in values.items())
    return ", ".join(in_words(each, record.language) for each in spoken)
