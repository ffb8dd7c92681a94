"""Lines on a terminal: what they say, when the bell rings; and what words every message has."""

import io

import pytest

from monitord.model import AlarmEvent
from monitord.notify.channels.terminal import OUTPUT, TerminalChannel, TerminalConfig
from monitord.notify.message_text import (
    TEMPLATE_PLACES,
    body_of,
    display_of,
    facts,
    headline,
    reading,
    title_of,
)
from monitord.notify.notifier import Bundle
from tests.builders_notify import LOW, line, notify


class Screen(io.StringIO):
    """A terminal that keeps what it shows."""

    def isatty(self) -> bool:
        return True


async def written(*messages: object, out: io.StringIO | None = None, **settings: bool) -> str:
    out = Screen() if out is None else out
    channel = TerminalChannel(TerminalConfig(**settings), out)
    for message in messages:
        await channel.send(message, durable=True)  # type: ignore[arg-type]
    await channel.close()
    return out.getvalue()


async def test_a_line_says_when_how_bad_where_and_what() -> None:
    told = notify(simulated=True, by="nurse 7", event=AlarmEvent.ACKNOWLEDGE)
    assert await written(told, colour=False) == (
        "10:00:10 HIGH   bed 1: SpO2 84 < 85 for 5 s [acknowledge, infusion, by nurse 7] SIMULATED\n"
    )
    assert "suite: " in await written(notify("journal", bed=None))


async def test_the_bell_rings_for_high_alarms_that_rise() -> None:
    assert (await written(notify(), colour=False)).startswith("\a")
    assert "\a" not in await written(notify(event=AlarmEvent.CLEAR), notify(priority=LOW))
    assert "\a" not in await written(notify(), bell=False)


async def test_colours_only_where_they_are_wanted() -> None:
    assert "\x1b" not in await written(notify(), colour=False)
    assert (await written(notify())).endswith("\x1b[0m\n")


async def test_without_a_terminal_there_is_no_control_character() -> None:
    everything = await written(notify(), out=io.StringIO(), colour=True, bell=True)
    assert everything.rstrip("\n").isprintable()
    assert "SpO2 84" in everything


async def test_in_the_system_log_stand_neither_values_nor_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(OUTPUT)
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    told = notify(simulated=True, by="nurse 7", event=AlarmEvent.ACKNOWLEDGE)
    assert await written(told, out=io.StringIO()) == (
        "HIGH bed 1: spo2_low [acknowledge, infusion] SIMULATED\n"
    )
    assert "SpO2 84" in await written(told)  # a terminal is read by who stands before it


def test_every_place_of_a_template_is_filled() -> None:
    assert set(facts(notify(), durable=True)) == TEMPLATE_PLACES


def test_no_message_holds_who_the_patient_is() -> None:
    told = notify(session="pseudonym-4711")
    everything = [*facts(told, durable=True).values(), body_of(Bundle(messages=(told,)))]
    assert not any("pseudonym-4711" in text for text in everything)


def test_what_is_over_or_not_recorded_says_so() -> None:
    assert headline(line(event=AlarmEvent.CLEAR)).endswith("; alarm over")
    assert headline(line(), durable=False).endswith("for 5 s (not yet recorded safely)")


@pytest.mark.parametrize("starts", [1, 2, 11])
def test_repeated_starts_are_said(starts: int) -> None:
    body = body_of(Bundle(messages=(notify(),), starts=starts))
    assert (f"started {starts} times lately" in body) == (starts > 1)


def test_whose_an_answer_is_comes_first() -> None:
    answered = line(event=AlarmEvent.ACKNOWLEDGE, by="anna")
    assert headline(answered) == "HIGH bed 1: acknowledged by anna; SpO2 84 < 85 for 5 s"


def test_of_each_alarm_only_the_last_word_is_said() -> None:
    over = notify(n=2, event=AlarmEvent.CLEAR)
    bundle = Bundle(messages=(notify(), over, notify("sys_high")))
    # What still asks somebody to come leads.
    assert title_of(bundle).endswith("HIGH bed 1: SpO2 84 < 85 for 5 s (and 1 more)")
    assert "; alarm over" in body_of(bundle)
    assert body_of(bundle).count("SpO2 84 < 85 for 5 s") == 2


def test_a_change_is_said_as_one_and_not_as_a_value() -> None:
    fell = notify(compares="change", value=-5.0, limit=-4.0).line
    assert reading(fell) == "change -5 %, limit -4 %"
    apart = notify(compares="difference", value=22.0, limit=15.0, unit=None, signal=None).line
    assert reading(apart) == "difference 22, limit 15"
    assert reading(notify(value=float("nan")).line) == ""


def test_a_small_display_names_the_bed_of_every_alarm() -> None:
    over = notify(bed="2", event=AlarmEvent.CLEAR)
    low = notify("nibp_overdue", bed="3", priority=LOW)
    long = notify(text="x" * 200)
    text = display_of(Bundle(messages=(over, low, long)), 128)
    assert len(text) == 128
    assert text.startswith("HIGH bed 1: xxx")
    assert text.endswith("x + LOW bed 3, bed 2 over")
    assert display_of(Bundle(messages=(long,)), 20) == "HIGH bed 1: xxxxxxxx"
