"""Who is told, and how: a sounder of this machine that ends every route, a pager, and whether somebody heard each."""

import json
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitord.commands.destination_trial import delivered
from monitord.commands.setup.alarm_sounds import burst
from monitord.commands.setup.broker_asked import BrokerLogin
from monitord.commands.setup.dialogue import Choice, SetupDialogue, needed
from monitord.commands.setup.first_suite_places import Places
from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import read_text
from monitord.config.suite.suite import Destination
from monitord.errors import ConfigError, NotifyError
from monitord.model import Priority
from monitord.plugins import Plugins

WHOLE: Final = "desk"
"""The destination that needs no network: the end of every route."""
PAGER: Final = "pager"
WARD: Final = "ward"
PLAYER: Final = "aplay"
_SOUNDS: Final = "case $MONITORD_EVENT in (start|escalate|reminder) exec {player} -q {folder}/alarm-$MONITORD_PRIORITY.wav;; esac"
"""Ends and answers make no sound."""

_LOCAL: Final = (
    Choice(value="speaker", title="a loudspeaker at this machine's sound card"),
    Choice(value="program", title="a sounder or relay: a program of yours"),
    Choice(value="terminal", title="the terminal in which `monitord run` is started"),
)
_PAGERS: Final = (
    Choice(value="ntfy", title="phones by ntfy (a topic of ntfy.sh or of a server of yours)"),
    Choice(value="webhook", title="an HTTP address that takes alarms (webhook)"),
    Choice(value="mail", title="mail"),
    Choice(value="apprise", title="another service: an Apprise URL (SMS, Pushover, Opsgenie ...)"),
    Choice(value="program", title="a program of yours"),
    Choice(value="none", title="nobody: only this machine's own end is told"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDestinations:
    """The destinations, and which of them is told when."""

    destinations: Mapping[str, Mapping[str, Any]]
    first: list[str]
    later: list[str]


class TellingQuestions:
    """Asks for each destination, tries it, and asks whether it was heard."""

    def __init__(
        self,
        dialogue: SetupDialogue,
        plugins: Plugins,
        places: Places,
        suite: str,
        broker: BrokerLogin | None,
    ) -> None:
        self._dialogue = dialogue
        self._plugins = plugins
        self._places = places
        self._suite = suite
        self._broker = broker

    def asked(self) -> ToldDestinations:
        """All of them."""
        ask = self._dialogue
        destinations = {WHOLE: self._heard("local.", WHOLE, self._local)}
        first: list[str] = [WHOLE]
        later: list[str] = []
        if self._broker is not None and ask.yes(
            "tell.broker", f"Tell alarms on the broker too ({self._broker.url})?"
        ):
            destinations[WARD] = {
                "notifier": "mqtt",
                "broker": self._broker.url,
                **self._broker.of_destination,
            }
            first.append(WARD)
        pager = self._heard("pager.", PAGER, self._pager)
        if pager:
            destinations[PAGER] = pager
            at_once = ask.one(
                "tell.when",
                "When is the pager told?",
                [
                    Choice(value="at once", title="at once"),
                    Choice(
                        value="later",
                        title="when nobody answered a high alarm for 30 s, a medium one for 60 s",
                    ),
                ],
            )
            (first if at_once == "at once" else later).append(PAGER)
        else:
            ask.skip(
                "no pager: nobody is told beyond this machine"
                + (" and the broker" if WARD in first else "")
            )
        return ToldDestinations(destinations=destinations, first=first, later=later)

    def _heard(
        self, key: str, name: str, entry_asked: Callable[[], dict[str, Any]]
    ) -> Mapping[str, Any]:
        """The destination's entry, tried until somebody heard it, or until it is taken unheard."""
        ask = self._dialogue
        while True:
            if f"{key}entry" not in ask.kept:
                ask.kept.keep(f"{key}entry", entry_asked())
            entry: dict[str, Any] = ask.kept.get(f"{key}entry")
            if not entry or entry["notifier"] == "terminal" or ask.kept.get(f"{key}heard"):
                return entry
            if self._tried(key, name, entry):
                ask.kept.keep(f"{key}heard", answer=True)
                return entry
            what = ask.pick(
                "What now?",
                [
                    Choice(value="again", title="send the test once more"),
                    Choice(value="change", title="say anew how this one is told"),
                    Choice(value="keep", title="take it as it is, unheard"),
                ],
            )
            if what == "keep":
                ask.skip(
                    f"nobody heard a test of {name}: `monitord test-destination {name} -c {self._places.target}`"
                )
                return entry
            if what == "change":
                ask.kept.forget(key)

    def _tried(self, key: str, name: str, entry: Mapping[str, Any]) -> bool:
        ask = self._dialogue
        if f"{key}test" not in ask.kept and not ask.yes(
            f"{key}test", f"Send a test message to {name} now?"
        ):
            return False
        try:
            ask.say(f"  {name}: {delivered(self._suite, self._destination(name, entry))}")
        except (NotifyError, ConfigError) as error:
            ask.say(f"  {error}")
            return False
        return ask.now(f"Did somebody hear or see the test of {name}?")

    def _destination(self, name: str, entry: Mapping[str, Any]) -> Destination:
        """ConfigError lists what is wrong with its entry."""
        notifier = self._plugins.notifiers[entry["notifier"]]
        reader = Reader(read_text(json.dumps(dict(entry)), name))
        own = {key: value for key, value in entry.items() if key != "notifier"}
        config = reader.plugin(notifier.config, own, ())
        reader.finish()
        if config is None:  # pragma: no cover - `finish` raised
            raise ConfigError([f"{name}: no destination"])
        return Destination(name=name, notifier=notifier, config=config, confidential=False)

    def _local(self) -> dict[str, Any]:
        ask = self._dialogue
        # The service's terminal is a log, which nobody looks at.
        choices = [
            each for each in _LOCAL if each.value != "terminal" or not self._places.is_service
        ]
        usual = "speaker" if shutil.which(PLAYER) else choices[-1].value
        while True:
            kind = ask.one(
                "local.kind", "What sounds or shows alarms at this machine?", choices, usual
            )
            if kind == "terminal":
                ask.skip(
                    "alarms are shown in a terminal alone: good for a trial, no sounder for patients"
                )
                return {"notifier": "terminal", "bell": True}
            if kind == "program":
                return self._program("local.")
            if player := shutil.which(PLAYER):
                return self._speaker(player)
            ask.say(f"  {PLAYER} is not on this machine: on Debian, apt-get install alsa-utils")
            ask.kept.forget("local.kind")

    def _speaker(self, player: str) -> dict[str, Any]:
        for priority in Priority:
            self._places.keep_open(f"alarm-{priority.word}.wav", burst(priority))
        folder = shlex.quote(str(self._places.target.absolute().parent))
        run = ["/bin/sh", "-c", _SOUNDS.format(player=player, folder=folder)]
        # A high burst lasts 4 s.
        return {"notifier": "command", "run": run, "sound": True, "timeout": "8s"}

    def _program(self, key: str) -> dict[str, Any]:
        words = self._dialogue.text(
            f"{key}run",
            "Program with its arguments (docs/notifiers.md says what it is given):",
            fault=_program_fault,
        )
        return {"notifier": "command", "run": shlex.split(words)}

    def _pager(self) -> dict[str, Any]:
        ask = self._dialogue
        kind = ask.one("pager.kind", "Who else is told?", _PAGERS)
        if kind == "none":
            return {}
        if kind == "program":
            return self._program("pager.")
        if kind == "webhook":
            url = ask.line(
                "Address (http:// or https://):", fault=_address_fault("http://", "https://")
            )
            if ask.now("Is this address itself a secret?", usual=False):
                return {
                    "notifier": "webhook",
                    "url_file": self._places.keep_secret("pager-url", url),
                }
            return {"notifier": "webhook", "url": url}
        if kind == "ntfy":
            said = ask.line(
                "Topic, or SERVER/TOPIC of a server of yours:", fault=_address_fault("")
            ).removeprefix("https://")
            url = f"ntfys://{said}"
        elif kind == "mail":
            said = ask.line(
                "Mail server and account as an Apprise URL (mailtos://USER:PASSWORD@HOST?to=...):",
                fault=_address_fault("mailto"),
            )
            url = said
        else:
            url = ask.line("Apprise URL:", fault=_address_fault(""))
        return {"notifier": "apprise", "url_file": self._places.keep_secret("pager-url", url)}


def _program_fault(words: str) -> str | None:
    try:
        program = shlex.split(words)[:1]
    except ValueError as error:
        return str(error)
    if not program:
        return needed("")
    return None if shutil.which(program[0]) else f"{program[0]} is no program on this machine"


def _address_fault(*beginnings: str) -> Callable[[str], str | None]:
    def fault(answer: str) -> str | None:
        if why := needed(answer):
            return why
        fits = answer.startswith(beginnings)
        return None if fits else f"it begins with {' or '.join(beginnings)}"

    return fault
