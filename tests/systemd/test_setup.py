"""A first suite file: asked for, written once and whole, kept on the way, and never over a line that somebody reads."""

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
import serial
from rich.console import Console

from monitord.commands.port_line import RawLine
from monitord.commands.port_scan import scan
from monitord.commands.service_output import SERVICE_FILE
from monitord.commands.setup import chairs_asked
from monitord.commands.setup.alarm_sounds import burst
from monitord.commands.setup.dialogue import Choice, Fault, SetupDialogue
from monitord.commands.setup.first_suite import make_folder, setup
from monitord.commands.setup.first_suite_places import Places
from monitord.commands.setup.found_devices import FoundDevice
from monitord.commands.setup.kept_answers import KeptAnswers
from monitord.commands.setup.service_addresses import addresses_of, drop_in_text
from monitord.commands.setup.service_sound import allow_sound
from monitord.config import read_suite
from monitord.config.checks.suite_check import check_file
from monitord.errors import ConfigError, DeviceError
from monitord.model import Priority
from monitord.plugins import load_plugins
from tests.effort import thorough
from tests.pager import Pager
from tests.peers import Mosquitto, PseudoTerminal, mosquitto
from tests.program import Command, monitord
from tests.typed_terminal import CTRL_C, DOWN, ENTER, typed
from tests.ward import MAIN, ROOT

__all__ = ["monitord", "mosquitto"]

FOUND = [
    FoundDevice(
        entry={"driver": "nonin", "port": "/dev/x1", "format": "df2"}, where="/dev/x1", says="97"
    ),
    FoundDevice(entry={"driver": "suntech", "port": "/dev/x2"}, where="/dev/x2", says="no values"),
]

SAID = {
    "suite's name": "ward",
    "How many chairs": "2",
    "Chair 1: what": "Window",
    "Window: which devices": "1,2",
    "Chair 2: what": "Door",
    "Door: which devices": "",
    "may monitord start the cuff": "yes",
    "What sounds": "terminal",
    "Who else": "webhook",
    "Address": "http://127.0.0.1:9/alarms",
    "Send a test": "no",
    "What now": "keep write",
    "is it approved": "yes",
    "Name of who approves": "A. Example",
    "Name of somebody": "",
}
"""Words of a question, and what is answered; all others get their usual answer."""


class Script:
    """Answers by words of the question, and stops as Ctrl-C does at question number `stop`."""

    def __init__(self, said: dict[str, str], stop: int | None = None) -> None:
        self.said = said
        self.asked: list[str] = []
        self._stop = stop

    def _answer(self, question: str, usual: str) -> str:
        if len(self.asked) == self._stop:
            raise KeyboardInterrupt
        self.asked.append(question)
        return next((text for words, text in self.said.items() if words in question), usual)

    def text(self, question: str, usual: str, fault: Fault) -> str:
        answer = self._answer(question, usual)
        assert fault(answer) is None, (question, answer)
        return answer

    def secret(self, question: str) -> str:
        return self._answer(question, "")

    def yes(self, question: str, *, usual: bool) -> bool:
        return self._answer(question, "yes" if usual else "no") == "yes"

    def one(self, question: str, choices: Sequence[Choice], usual: str) -> str:
        wanted = self._answer(question, usual).split()
        return next((each.value for each in choices if each.value in wanted), usual)

    def some(self, question: str, choices: Sequence[Choice], usual: Collection[str]) -> list[str]:
        wanted = self._answer(question, ",".join(usual)).split(",")
        return [each.value for each in choices if each.value in wanted]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two devices on this machine, without listening."""
    monkeypatch.setattr(chairs_asked, "on_lines", lambda _lines, **_: (FOUND, []))


def run(target: Path, script: Script, ports: Sequence[str] = ("/dev/x1", "/dev/x2")) -> str:
    """One setup; what it said."""
    make_folder(target)
    places = Places(target=target)
    console = Console(record=True, width=200, force_terminal=False)
    dialogue = SetupDialogue(script, KeptAnswers(places.kept), console)
    setup(places, load_plugins(), dialogue, ports)
    return console.export_text()


def test_what_was_said_becomes_a_file_without_a_fault_and_what_was_left_out_is_told(
    tmp_path: Path, found: None
) -> None:
    target = tmp_path / "suite.yaml"
    said = run(target, Script(SAID))
    report = check_file(target, load_plugins())
    assert report.faults == []
    suite = read_suite(target, load_plugins())
    assert [bed.label for bed in suite.beds.values()] == ["Window", "Door"]
    window = suite.beds["1"]
    assert {name: each.port for name, each in window.devices.items()} == {
        "oximeter": "/dev/x1",
        "cuff": "/dev/x2",
    }
    assert window.cuff.automatic
    assert getattr(window.devices["oximeter"].config, "format", None) == "df2"
    assert sorted(each.protocol for each in suite.approvals) == [
        "bed_without_session",
        "ketamine_iv_0_5_40",
    ]
    # A reload by another account reads it, whatever root's umask is; the answers are gone.
    assert target.stat().st_mode & 0o777 == 0o644
    assert not Places(target=target).kept.exists()
    for left_out in (
        "Door has no device that gives SpO2",
        "nobody heard a test of pager",
        "alarms are shown in a terminal alone",
        "no account",
    ):
        assert f"- {left_out}" in said


def test_interrupted_at_any_question_it_goes_on_there_and_writes_the_same_file(
    tmp_path: Path, found: None
) -> None:
    whole = Script(SAID)
    run(tmp_path / "whole.yaml", whole)
    wanted = (tmp_path / "whole.yaml").read_text()
    last = len(whole.asked)
    # The last ones stand after the file was written.
    for stop in range(last) if thorough() else (0, *range(3, last - 2, 8), last - 2, last - 1):
        target = tmp_path / str(stop) / "whole.yaml"
        with pytest.raises(KeyboardInterrupt):
            run(target, Script(SAID, stop))
        # Whole, or not there: only the accounts are asked for after it.
        assert not target.exists() or target.read_text() == wanted
        again = Script(SAID)
        run(target, again)
        assert target.read_text() == wanted
        # Nothing that is kept is asked twice: the suite's name was answered first.
        assert stop == 0 or not any("suite's name" in each for each in again.asked)


def test_a_suite_file_that_is_there_is_never_overwritten(tmp_path: Path, found: None) -> None:
    target = tmp_path / "suite.yaml"
    target.write_text("suite: mine\n")
    with pytest.raises(ConfigError, match="exists already"):
        run(target, Script(SAID))
    assert target.read_text() == "suite: mine\n"


def test_a_subject_is_answered_anew_before_anything_is_written(tmp_path: Path, found: None) -> None:
    class Twice(Script):
        def one(self, question: str, choices: Sequence[Choice], usual: str) -> str:
            if (
                question == "What now?"
                and choices[0].value == "write"
                and "ward" in self.said.values()
            ):
                self.said = self.said | {"suite's name": "hall"}
                return "suite"
            return super().one(question, choices, usual)

    target = tmp_path / "suite.yaml"
    run(target, Twice(SAID))
    suite = read_suite(target, load_plugins())
    assert (suite.name, suite.beds["1"].label) == ("hall", "Window")


def test_it_asks_nothing_where_it_may_not_write(tmp_path: Path) -> None:
    make_folder(tmp_path / "etc" / "suite.yaml")
    assert (tmp_path / "etc").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="may not be written to"):
        make_folder(tmp_path / "file" / "suite.yaml")


def test_a_secret_is_in_a_file_of_its_owners_alone_and_the_service_is_handed_it(
    tmp_path: Path, found: None
) -> None:
    target = tmp_path / "suite.yaml"
    said = SAID | {"Who else": "ntfy", "Topic": "push.example/ward", "Address": "-"}
    run(target, Script(said))
    config: Any = read_suite(target, load_plugins()).destinations["pager"].config
    url_file = Path(config.url_file)
    assert url_file.read_text() == "ntfys://push.example/ward"
    assert url_file.stat().st_mode & 0o777 == 0o600
    assert url_file.parent.stat().st_mode & 0o777 == 0o700
    assert "push.example" not in target.read_text()
    service = Places(target=SERVICE_FILE)
    entry = {"url_file": str(service.secrets / "pager-url"), "notifier": "apprise"}
    handed = "/run/credentials/monitord.service/secrets_pager-url"
    assert service.deployed(entry) == {"url_file": handed, "notifier": "apprise"}
    assert service.database == "/var/lib/monitord/monitord.db"


def test_the_bursts_are_ten_pulses_three_and_two_and_end_before_the_outbox_gives_up() -> None:
    lengths = {each: len(burst(each)) / 2 / 22_050 for each in Priority}
    assert lengths[Priority.HIGH] > lengths[Priority.MEDIUM] > lengths[Priority.LOW] > 0.5
    assert lengths[Priority.HIGH] < 5


@pytest.mark.parametrize("open_it", [lambda port: RawLine(port, LINE), lambda port: scan([port])])
def test_a_line_that_a_suite_reads_is_not_opened(
    open_it: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = PseudoTerminal(tmp_path / "line")
    code = (
        "import serial, sys, time; held = serial.Serial(sys.argv[1], exclusive=True);"
        " print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(port.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as suite:
        assert suite.stdout is not None
        assert suite.stdout.readline() == "held\n"

        def never(*_: object, **__: object) -> None:
            raise AssertionError("opened")

        monkeypatch.setattr(serial, "serial_for_url", never)
        try:
            words = open_it(str(port.path))[0].error
        except DeviceError as error:
            words = str(error)
        suite.communicate()
    port.unplug()
    assert "is held by python" in words
    assert f"(process {suite.pid}): not opened" in words


class LINE:
    baud, bits, parity, stopbits, xonxoff, rtscts = 9600, 8, "N", 1, False, False


def test_without_a_terminal_it_reads_lines_and_their_end_keeps_what_was_said(
    tmp_path: Path,
) -> None:
    def piped(lines: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", MAIN, "setup", "s.yaml", "--port", str(tmp_path / "none")],
            input=lines,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )

    ended = piped("ward\n\n\n")
    assert ended.returncode == 1
    assert "no more answers at: MQTT broker" in ended.stderr
    assert "`monitord setup s.yaml` goes on there" in ended.stderr
    assert not (tmp_path / "s.yaml").exists()
    assert json.loads((tmp_path / ".s.yaml.setup").read_text())["suite"] == "ward"
    # Goes on; no broker, no --ask, one chair with its label and no device; terminal, no pager; nothing approved.
    rest = ["", "", "no", "1", "", "-", "3", "none", "-", "", "no", "no", "write", ""]
    done = piped("\n".join(rest) + "\n")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "answered before: The suite's name" in done.stdout
    assert check_file(tmp_path / "s.yaml", load_plugins()).faults == []


@pytest.mark.peer("mosquitto")
def test_typed_at_a_terminal_devices_broker_pager_and_accounts_make_a_suite_that_tells(
    tmp_path: Path, mosquitto: Mosquitto, monitord: Command
) -> None:
    pager = Pager()
    topic = f"{mosquitto.url}/beds/door/oximeter"
    twins = [
        subprocess.Popen(
            [sys.executable, "-c", MAIN, "simulate", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )
        for words in (("nonin", "--port", str(tmp_path / "finger")), ("mqtt", "--port", topic))
    ]
    try:
        with typed(
            *("setup", "suite.yaml", "--port", str(tmp_path / "finger")),
            cwd=tmp_path,
            HOME=str(tmp_path),
        ) as person:
            person.answers("The suite's name", "\x15ward", ENTER)
            person.answers("Time zone", ENTER)
            person.answers("Language", ENTER)
            # Stopped here, and gone on.
            person.answers("MQTT broker, such as", CTRL_C)
            assert person.ends() == 1
        with typed(
            *("setup", "suite.yaml", "--port", str(tmp_path / "finger")),
            cwd=tmp_path,
            HOME=str(tmp_path),
        ) as person:
            person.answers("Go on with its answers", "y")
            person.answers("MQTT broker, such as", mosquitto.url, ENTER)
            person.answers("User at the broker", ENTER)
            person.answers("speak only when asked", "n")
            person.sees("SpO2")
            person.sees("topic beds/door/oximeter")
            person.answers("How many chairs?", ENTER)
            person.answers("Chair 1: what", "\x15Window", ENTER)
            person.answers("Window: which devices", ENTER)
            person.answers("Chair 2: what", "\x15Door", ENTER)
            person.answers("Door: which devices", ENTER)
            person.answers("What sounds", ENTER)
            person.answers("Tell alarms on the broker", "y")
            person.answers("Who else is told", DOWN, ENTER)
            person.answers("Address", pager.url, ENTER)
            person.answers("address itself a secret", "n")
            person.answers("Send a test message to pager", "y")
            person.sees("taken after")
            assert [call.line["alarm"] for call in pager.calls] == ["delivery_test"]
            person.answers("Did somebody hear", "y")
            person.answers("When is the pager told", ENTER)
            person.answers("Which therapies", ENTER)
            person.answers("of your own", ENTER)
            for name in ("Ketamine IV", "Bed without a session"):
                person.answers(f"{name}", "")
                person.answers("read its sheet now", "y")
                person.answers("Approved by ____", "")
                person.answers("is it approved as its sheet says", "y")
                if name == "Ketamine IV":
                    person.answers("Name of who approves", "A. Example", ENTER)
                    person.answers("In which role", ENTER)
            person.answers("What now?", ENTER)
            person.answers("Name of somebody", "Ada", ENTER)
            person.answers("Role of Ada", ENTER)
            person.sees("code ")
            person.answers("Name of somebody", ENTER)
            person.sees("monitord run -c suite.yaml")
            assert person.ends() == 0
        checked = monitord("check", tmp_path / "suite.yaml")
        assert checked.code == 0, checked.out
        suite = read_suite(tmp_path / "suite.yaml", load_plugins())
        assert [sorted(bed.devices) for bed in suite.beds.values()] == [["oximeter"], ["oximeter"]]
        listed = monitord("people", "list", "-c", tmp_path / "suite.yaml")
        assert "Ada" in listed.out
    finally:
        for twin in twins:
            twin.terminate()
            twin.communicate()
        pager.close()


def test_the_service_is_allowed_what_its_suite_file_names_and_no_more(
    tmp_path: Path, found: None
) -> None:
    known = {"pager.lan": ["192.168.7.9", "127.0.0.1"], "ntfy.sh": ["159.203.148.75"]}
    resolver = tmp_path / "resolv.conf"
    resolver.write_text("nameserver 192.168.7.1\nnameserver 127.0.0.53\n")
    for host, allowed in (
        ("pager.lan", ["192.168.7.9", "192.168.7.1"]),
        ("192.168.7.8", ["192.168.7.8"]),
        ("ntfy.sh", ["any"]),
        ("127.0.0.1", []),
    ):
        target = tmp_path / host / "suite.yaml"
        run(target, Script(SAID | {"Address": f"http://{host}/alarms"}))
        suite = read_suite(target, load_plugins())
        addresses = addresses_of(suite, lambda name: known.get(name, [name]), resolver)
        lines = drop_in_text(addresses).splitlines()
        assert [line for line in lines if "=" in line] == [f"IPAddressAllow={at}" for at in allowed]


def test_the_service_gets_the_sound_card_where_a_sounder_is_named(
    tmp_path: Path, found: None
) -> None:
    drop_in = tmp_path / "monitord.service.d" / "sound.conf"
    shipped = ROOT / "systemd" / "sound.conf"
    for kind, expected in (("terminal", False), ("program", True)):
        target = tmp_path / kind / "suite.yaml"
        run(target, Script(SAID | {"What sounds": kind, "Program": "/bin/true"}))
        if expected:
            text = target.read_text()
            target.write_text(
                text.replace("notifier: command", "notifier: command\n    sound: true")
            )
            assert target.read_text() != text
        console = Console(record=True, width=200)
        dialogue = SetupDialogue(Script({}), KeptAnswers(Places(target=target).kept), console)
        suite = read_suite(target, load_plugins())
        allow_sound(dialogue, suite, drop_in, tmp_path / "none")
        assert not drop_in.exists()
        assert any("needs the sound card" in each for each in dialogue.skipped) is expected
        allow_sound(dialogue, suite, drop_in, shipped)
        assert drop_in.exists() is expected
    assert drop_in.read_bytes() == shipped.read_bytes()
    assert drop_in.stat().st_mode & 0o777 == 0o644
    drop_in.write_text("# of the operator\n")
    suite = read_suite(tmp_path / "program" / "suite.yaml", load_plugins())
    kept = KeptAnswers(tmp_path / "kept")
    allow_sound(SetupDialogue(Script({}), kept, Console()), suite, drop_in, shipped)
    assert drop_in.read_text() == "# of the operator\n"
