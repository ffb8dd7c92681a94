"""The order of the questions, and the file that is written once, whole, after `monitord check` took it."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from monitord.commands.service_output import service_logs
from monitord.commands.setup.accounts_asked import accounts_asked
from monitord.commands.setup.broker_asked import BrokerLogin, broker_asked
from monitord.commands.setup.chairs_asked import Chairs
from monitord.commands.setup.dialogue import Choice, SetupDialogue
from monitord.commands.setup.first_suite_places import Places
from monitord.commands.setup.first_suite_text import Chair, FirstSuite, text_of
from monitord.commands.setup.protocols_asked import approvals_asked, protocols_asked
from monitord.commands.setup.service_addresses import allow_addresses
from monitord.commands.setup.service_sound import allow_sound
from monitord.commands.setup.telling_asked import WHOLE, TellingQuestions
from monitord.commands.whole_files import written
from monitord.config import read_suite
from monitord.config.checks.suite_check import check_text
from monitord.config.database_place import database_of
from monitord.config.protocol.protocols import NAME, NAME_WORDS
from monitord.config.suite.time_zone import is_zone
from monitord.daemon.sequencing.clock import wall_time
from monitord.errors import ConfigError
from monitord.model.sentences.sentence import CATALOGUES
from monitord.plugins import Plugins

_SUBJECTS: Final = {
    # What a person may answer anew before the file is written, with the beginnings of its keys.
    "suite": ("suite", "zone", "language"),
    "broker": ("broker.", "tell.broker"),
    "chairs": ("chairs", "chair."),
    "who is told": ("local.", "pager.", "tell."),
    "protocols": ("protocols.", "approval.", "approver."),
}
_WRITTEN: Final = "written"


def setup(places: Places, plugins: Plugins, dialogue: SetupDialogue, ports: Sequence[str]) -> None:
    """Asks, writes, makes accounts, and says what was left out and what comes next.

    ConfigError where the file exists already, or may not be written to.
    """
    target = places.target
    if target.exists() and _WRITTEN not in dialogue.kept:
        raise ConfigError([f"{target} exists already: edit it, or give another name"])
    if len(dialogue.kept) and not dialogue.now(
        f"A setup of {target} was not finished. Go on with its answers? (no: begin anew)"
    ):
        _begin_anew(places, dialogue)
    if _WRITTEN in dialogue.kept:
        dialogue.skipped = list(dialogue.kept.get(_WRITTEN))
    else:
        _write(places, plugins, dialogue, ports)
    if places.is_service:
        suite = read_suite(target, plugins)
        allow_addresses(dialogue, suite)
        allow_sound(dialogue, suite)
    dialogue.heading("Accounts")
    accounts_asked(dialogue, database_of(target, None))
    dialogue.kept.end()
    _ending(places, dialogue)


def make_folder(target: Path) -> None:
    """The folder of the suite file; ConfigError where nothing can be written there."""
    with suppress(OSError):
        missing = [each for each in target.absolute().parents if not each.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            # The service's account reads the file there.
            folder.chmod(0o755)
    if not (target.parent.is_dir() and os.access(target.parent, os.W_OK)):
        raise ConfigError([f"{target.parent}: may not be written to; use sudo, or another name"])


def _begin_anew(places: Places, dialogue: SetupDialogue) -> None:
    if _WRITTEN in dialogue.kept:
        raise ConfigError(
            [f"{places.target} is written already: go on with its accounts, or give another name"]
        )
    dialogue.kept.end()


def _write(places: Places, plugins: Plugins, dialogue: SetupDialogue, ports: Sequence[str]) -> None:
    while True:
        dialogue.skipped.clear()
        text = text_of(_asked(places, plugins, dialogue, ports))
        report = check_text(
            text,
            str(places.target),
            places.target.parent,
            plugins,
            wall_time(),
            into_log=service_logs(places.target),
        )
        dialogue.heading("The suite file")
        dialogue.say(text)
        for fault in report.faults:
            dialogue.say(f"fault: {fault}")
        subjects = [Choice(value=each, title=f"answer anew: {each}") for each in _SUBJECTS]
        if not report.faults:
            subjects.insert(0, Choice(value="write", title=f"write {places.target}"))
        what = dialogue.pick("What now?", subjects)
        if what == "write":
            break
        dialogue.kept.forget(*_SUBJECTS[what])
    # The service's account reads it whatever root's umask is; it holds no secret, only their files' names.
    written(places.target, text.encode(), 0o644)
    dialogue.kept.keep(_WRITTEN, dialogue.skipped)
    dialogue.say(f"{places.target} is written; `monitord check {places.target}` has no fault in it")


def _asked(
    places: Places, plugins: Plugins, dialogue: SetupDialogue, ports: Sequence[str]
) -> FirstSuite:
    near = places.target.parent
    dialogue.heading("The suite")
    name = dialogue.text("suite", "The suite's name (letters, digits, -):", "suite", _name_fault)
    zone = dialogue.text("zone", "Time zone:", _own_zone(), _zone_fault)
    languages = [Choice(value=each, title=each) for each in CATALOGUES]
    language = dialogue.one("language", "Language of alarms and of the page:", languages)
    dialogue.heading("MQTT broker")
    broker: BrokerLogin | None = broker_asked(dialogue, places)
    dialogue.heading("Devices and chairs")
    chairs = Chairs(dialogue, plugins, ports, broker).asked()
    dialogue.heading("Who is told of alarms")
    told = TellingQuestions(dialogue, plugins, places, name, broker).asked()
    dialogue.heading("Protocols")
    protocols = protocols_asked(dialogue, near)
    approvals = approvals_asked(dialogue, protocols, near)
    return FirstSuite(
        name=name,
        zone=zone,
        language=language,
        database=places.database,
        protocols=protocols,
        approvals=approvals,
        chairs=[_deployed(each, places) for each in chairs],
        destinations={each: places.deployed(entry) for each, entry in told.destinations.items()},
        first=told.first,
        later=told.later,
        last=WHOLE,
    )


def _deployed(chair: Chair, places: Places) -> Chair:
    devices = {name: places.deployed(dict(entry)) for name, entry in chair.devices.items()}
    return replace(chair, devices=devices)


def _name_fault(name: str) -> str | None:
    return None if NAME.fullmatch(name) else f"the name {NAME_WORDS}"


def _zone_fault(zone: str) -> str | None:
    return None if is_zone(zone) else f"no time zone {zone!r}: write it as Europe/Berlin"


def _own_zone() -> str:
    """The one that this machine is set to."""
    with suppress(OSError):
        _, found, zone = str(Path("/etc/localtime").resolve(strict=True)).partition("zoneinfo/")
        if found and is_zone(zone):
            return zone
    return "UTC"


def _ending(places: Places, dialogue: SetupDialogue) -> None:
    target = places.target
    dialogue.heading("Done")
    if dialogue.skipped:
        dialogue.say("Left out, or for you to know:")
        for sentence in dialogue.skipped:
            dialogue.say(f"- {sentence}")
    dialogue.say("Next:")
    dialogue.say(f"  monitord check {target}")
    dialogue.say(f"  monitord routes -c {target}")
    if places.is_service:
        dialogue.say(
            "  sudo systemctl enable --now monitord monitord-watcher monitord-backup.timer"
        )
    else:
        dialogue.say(f"  monitord run -c {target}")
