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
)
from monitord.record import protocol_words as words
from monitord.record.print_page import clock
from monitord.record.record import Record, RecordedAction


def row_of(done: RecordedAction, record: Record) -> dict[str, str]:
    """One row of the report's list of what was done."""
    parts = [contents(done.action, record)]
    if abs(done.at - done.happened) >= SECOND:
        parts.append(f"(entered later, at {clock(done.at, record.zone)})")
    if done.refused is not None:
        parts.append(f"REFUSED: {done.refused}")
    if done.voided is not None:
        parts.append("(voided later)")
    return {
        "at": clock(done.happened, record.zone),
        "who": done.action.by,
        "did": words.action(done.action.type),
        "": " ".join(part for part in parts if part),
    }


def contents(action: StaffAction, record: Record) -> str:
    """What was entered, with the reason and the note beside it."""
    written = (getattr(action, name, "") for name in ("reason", "override", "done", "note"))
    return "; ".join(text for text in (_what(action, record), *written) if text)


def _what(action: StaffAction, record: Record) -> str:
    match action:
        case Admit() | CorrectProtocol():
            return words.titles(record, action.protocol, action.overlays)
        case AdjustLimit() | TightenLimit():
            priority = action.priority.word
            was, now = words.limit(action.was), words.limit(action.limit)
            return f"{words.rule(record, action.rule)}, {priority}: from {was} to {now}"
        case HandOver():
            return f"to {action.to}"
        case FillForm():
            of = action.form
            answers = [f"{words.item(record, of, item)} {n}" for item, n in action.answers.items()]
            total = sum(action.answers.values())
            return f"{words.form(record, of)}: {', '.join(answers)}, in all {total}"
        case Observe() | AcceptBaseline():
            return _values(action.values)
        case AnswerQuestion():
            return f"{words.question(record, action.question)}: {'yes' if action.yes else 'no'}"
        case Answer():
            told = next((line for line in record.lines if line.id == action.alarm), None)
            return told.text if told else "an alarm that is not in this record"
        case PatientAway():
            return f"for at most {action.minutes} min"
        case Move():
            return f"to bed {action.to}"
        case SwapDevice():
            return in_words(action.said)
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
            return f"{words.action(done.action.type)} of {at}{what and f' ({what})'}"
    return ""


def _values(values: dict[Signal, float]) -> str:
    return ", ".join(in_words(said_value(signal, value)) for signal, value in values.items())
