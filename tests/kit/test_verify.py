"""The kit finds what is broken: each planted fault fails the check that is about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devices import drivers, examples
from devices.stream import StreamDriver
from devices.wire import Listening, Said
from monitord.cli import app
from monitord.errors import ConfigError, NotifyError
from monitord.kit import Example, LeftOut, checks_of, verify
from monitord.kit.driver_checks import check_silence_is_noticed_in_time
from monitord.kit.kit_check import Broken
from monitord.kit.notifier_checks import (
    check_a_message_is_taken_with_its_key,
    check_a_peer_that_never_answers_is_left,
    check_a_refusal_is_tried_again,
    check_the_same_message_keeps_its_key,
)
from monitord.kit.wire_checks import WIRE_CHECKS, samples
from monitord.model import HOUR, Frame, Instant, Notify, Quality, Signal
from monitord.notify.channels.webhook import WebhookChannel, WebhookConfig, WebhookNotifier
from tests.peers import GENEROUS_S

NIBP = Signal.NIBP_SYS
EXAMPLES = {example.name: example for example in examples.nonin_examples()}
SHORT, CHECKED = EXAMPLES["df8"], EXAMPLES["df2"]


class Wrong(Listening):
    """A healthy codec with `spoil` between it and the kit."""

    def __init__(self, example: Example, spoil: "Spoil") -> None:
        self.inner = example.make()
        self.heard = b""
        self._spoil = spoil

    @property
    def rejected(self) -> int:
        return self.inner.rejected

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        self.heard += data
        return self._spoil(self, data, self.inner.receive(data, at))


Spoil = Callable[[Wrong, bytes, list[Said]], list[Said]]


def raises_on_long_input(wire: Wrong, data: bytes, said: list[Said]) -> list[Said]:
    if len(data) > 300:
        raise IndexError(data)
    return said


def forgets_the_rest(wire: Wrong, data: bytes, said: list[Said]) -> list[Said]:
    return said if len(data) != 1 else []


def counts_a_bit_of_the_pulse_twice(wire: Wrong, data: bytes, said: list[Said]) -> list[Said]:
    return [changed(one, Signal.PULSE_RATE, lambda rate: rate + 128 * (rate > 127)) for one in said]


def calls_zero_a_reading(wire: Wrong, data: bytes, said: list[Said]) -> list[Said]:
    return [changed(one, Signal.SPO2, lambda _: 0.0) for one in said]


def reads_pressure(wire: Wrong, data: bytes, said: list[Said]) -> list[Said]:
    return [renamed(one) for one in said]


def changed(said: Said, signal: Signal, change: Callable[[float], float]) -> Said:
    if not isinstance(said, Frame):
        return said
    return replace(
        said,
        samples=tuple(
            replace(one, value=change(one.value)) if one.signal is signal and one.value else one
            for one in said.samples
        ),
    )


def renamed(said: Said) -> Said:
    if not isinstance(said, Frame):
        return said
    return replace(said, samples=tuple(replace(one, signal=NIBP) for one in said.samples))


def broken(example: Example) -> Iterator[str]:
    for check in WIRE_CHECKS:
        try:
            check(example)
        except LeftOut:
            continue
        except Exception:  # noqa: BLE001 - a planted fault may raise anything
            yield check.__name__.removeprefix("check_")


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (raises_on_long_input, "no_random_bytes_raise"),
        (forgets_the_rest, "splitting_changes_nothing"),
        (counts_a_bit_of_the_pulse_twice, "what_was_encoded_is_decoded"),
        (calls_zero_a_reading, "every_sample_is_well_formed"),
        (reads_pressure, "the_stream_is_understood"),
    ],
)
def test_a_fault_planted_in_a_codec_is_found(fault: Spoil, found: str) -> None:
    faulty = replace(CHECKED, make=lambda: Wrong(CHECKED, fault))
    assert found in broken(faulty)


def test_a_healthy_codec_breaks_nothing() -> None:
    assert list(broken(SHORT)) == []
    assert {one.quality for one in samples(CHECKED.make().receive(CHECKED.stream, Instant(0)))} == {
        Quality.GOOD
    }


def test_a_checksum_that_is_not_looked_at_is_found() -> None:
    assert any(broken(replace(SHORT, checksum=True)))


def test_a_missing_checksum_is_left_out_not_kept() -> None:
    checks = {each.name: each for each in checks_of("masimo")}
    with pytest.raises(LeftOut, match="the format has no checksum"):
        checks["ascii1: a flipped bit is never a reading"].run()


async def test_a_driver_that_never_notices_silence_is_found() -> None:
    family = replace(drivers.NONIN.family, silence=HOUR)
    with pytest.raises(Broken, match="noticed after 3600 s"):
        await check_silence_is_noticed_in_time(StreamDriver(family), SHORT)


class Lying(WebhookChannel):
    """Says that it was taken, whatever happened."""

    async def send(self, message: Notify, *, durable: bool) -> None:
        try:
            await super().send(message, durable=durable)
        except NotifyError:
            return


class Renaming(WebhookChannel):
    """A new key for each attempt: the pager rings twice."""

    count = 0

    async def send(self, message: Notify, *, durable: bool) -> None:
        self.count += 1
        await super().send(replace(message, key=f"{message.key}/{self.count}"), durable=durable)


class Stubborn(WebhookChannel):
    """Can't be cancelled while its peer keeps it waiting."""

    async def send(self, message: Notify, *, durable: bool) -> None:
        import asyncio

        attempt = asyncio.ensure_future(super().send(message, durable=durable))
        while not attempt.done():
            try:
                await asyncio.wait({attempt})
            except asyncio.CancelledError:
                continue


@dataclass
class Notifier(WebhookNotifier):
    channel: type[WebhookChannel]

    def open(self, name: str, config: WebhookConfig) -> WebhookChannel:
        return self.channel(config)


@pytest.mark.parametrize(
    ("channel", "check", "why"),
    [
        (Lying, check_a_refusal_is_tried_again, "does not raise NotifyError"),
        (Renaming, check_the_same_message_keeps_its_key, "the keys were"),
        (Renaming, check_a_message_is_taken_with_its_key, "of one message"),
        (Stubborn, check_a_peer_that_never_answers_is_left, "can't be taken back"),
    ],
)
async def test_a_fault_planted_in_a_notifier_is_found(
    channel: type[WebhookChannel], check: Callable[..., object], why: str
) -> None:
    with pytest.raises(Broken, match=why):
        await check(Notifier(channel))  # type: ignore[misc]


@pytest.mark.parametrize("name", ["webhook", "command"])
def test_a_bundled_notifier_with_a_peer_keeps_everything(name: str) -> None:
    assert {str(v) for v in verify(name) if v.outcome != "kept"} == set()


def test_a_name_that_nobody_offers_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no plug-in is called 'nonim'"):
        checks_of("nonim")


def test_the_command_prints_a_line_a_check_and_fails_with_a_broken_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = CliRunner().invoke(app, ["devices", "--verify", "omron_hbp"])
    assert good.exit_code == 0, good.output
    assert "kept      both layouts: splitting changes nothing" in good.output
    assert "0 broken" in good.output.splitlines()[-1]

    def faulty() -> tuple[Example, ...]:
        return (replace(CHECKED, make=lambda: Wrong(CHECKED, forgets_the_rest)),)

    monkeypatch.setattr(drivers.OMRON_HBP, "examples", faulty)
    bad = CliRunner().invoke(app, ["devices", "--verify", "omron_hbp"])
    assert bad.exit_code == 1
    assert "broken    df2: splitting changes nothing: " in bad.output


def test_the_pytest_plug_in_makes_a_test_of_each_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess
    import sys

    tests = tmp_path / "test_mine.py"
    tests.write_text(
        "import pytest\n"
        "@pytest.mark.monitord_plugin('terminal')\n"
        "def test_it_keeps_its_contract(plugin_check):\n"
        "    plugin_check()\n"
    )
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers"),
            *("-p", "monitord.kit.pytest_plugin", "-rs", str(tests)),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=GENEROUS_S,
    )
    assert run.returncode == 0, run.stdout
    assert "2 passed, 5 skipped" in run.stdout
    assert "the notifier has no rehearse()" in run.stdout
