"""The suite's MQTT broker: where it is, how we prove who we are, and what it carries now."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aiomqtt

from monitord.broker import NO_DELAY, BrokerClient
from monitord.commands.setup.dialogue import SetupDialogue
from monitord.commands.setup.first_suite_places import Places
from monitord.commands.setup.found_devices import LISTEN_S, FoundDevice, device_of, listened
from monitord.plugins import Plugins
from monitord.terminal_bar import shown
from monitord.tls_failure import failure_text

OWN_NAME: Final = "monitord"
"""The certificate of monitord itself among those that `monitord broker-certs` makes."""
CONNECT_S: Final = 5.0
MOST_TOPICS: Final = 32
"""More are no suite's gateways; each is listened to by a connection of its own."""
HEARD_S: Final = 2.5
"""How long each topic is listened to, on which something came in the seconds before."""
_DIALECTS: Final = (
    ("zigbee2mqtt/", "zigbee2mqtt"),
    ("tele/", "tasmota"),
    ("/BTtoMQTT/", "theengs"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLogin:
    """The broker's address and what goes with it, as a device's entry has it and as a destination's."""

    url: str
    of_device: Mapping[str, Any] = field(default_factory=dict)
    of_destination: Mapping[str, Any] = field(default_factory=dict)


def broker_asked(dialogue: SetupDialogue, places: Places) -> BrokerLogin | None:
    """The broker; None for a suite without one."""
    while True:
        url = dialogue.text(
            "broker.url",
            "MQTT broker, such as mqtts://192.0.2.5 (nothing for none):",
            fault=_url_fault,
        )
        if not url:
            return None
        login = _login(dialogue, places, url)
        try:
            with shown(f"connecting to {url}", whole=None):
                _heard(login, 0.0)
        except (OSError, ValueError) as error:
            dialogue.say(f"  {url}: {failure_text(error)}")
        else:
            dialogue.say(f"  {url} answers")
            return login
        if dialogue.now("Change what was said of the broker? (no: go on as it is)"):
            dialogue.kept.forget("broker.")
            continue
        dialogue.skip(f"the broker {url} did not answer: `monitord check` cannot try it either")
        return login


def _url_fault(url: str) -> str | None:
    if not url:
        return None
    wrong = "write mqtt://HOST[:PORT], or mqtts:// for TLS"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return wrong
    fits = parts.scheme in {"mqtt", "mqtts"} and parts.hostname and port != 0
    return None if fits and not parts.username and not parts.path else wrong


def _login(dialogue: SetupDialogue, places: Places, url: str) -> BrokerLogin:
    device: dict[str, Any] = {}
    destination: dict[str, Any] = {}
    if url.startswith("mqtts://"):
        folder = dialogue.text(
            "broker.folder",
            "Folder of `monitord broker-certs` (nothing for the system's authorities):",
            fault=_folder_fault,
        )
        if folder:
            tls = _taken_over(Path(folder), places)
            device["tls"] = tls
            destination |= {
                "ca_file": tls["ca"],
                "cert_file": tls["certificate"],
                "key_file": tls["key"],
            }
            return BrokerLogin(url=url, of_device=device, of_destination=destination)
    user = dialogue.text("broker.user", "User at the broker (nothing for none):")
    if user:
        if "broker.password" not in dialogue.kept:
            secret = dialogue.secret(f"Password of {user}:")
            dialogue.kept.keep("broker.password", places.keep_secret("broker-password", secret))
        password = {"user": user, "password_file": dialogue.kept.get("broker.password")}
        device |= password
        destination |= password
    return BrokerLogin(url=url, of_device=device, of_destination=destination)


def _folder_fault(folder: str) -> str | None:
    if not folder:
        return None
    wanted = (f"{OWN_NAME}.pem", f"{OWN_NAME}.key", "ca.pem")
    missing = [name for name in wanted if not (Path(folder) / name).is_file()]
    return f"{folder} has no {', '.join(missing)}" if missing else None


def _taken_over(folder: Path, places: Places) -> dict[str, str]:
    """Our certificate where the service reads it; of a trial it stays where it is."""
    folder = folder.absolute()
    ca, certificate, key = (folder / name for name in ("ca.pem", "monitord.pem", "monitord.key"))
    if not places.is_service:
        return {"ca": str(ca), "certificate": str(certificate), "key": str(key)}
    return {
        "ca": places.keep_open("broker-ca.pem", ca.read_bytes()),
        "certificate": places.keep_open("broker-monitord.pem", certificate.read_bytes()),
        "key": places.keep_secret("broker.key", key.read_text(encoding="ascii")),
    }


def _heard(login: BrokerLogin, seconds: float) -> set[str]:
    """The topics on which something comes within so many seconds; OSError or ValueError where none can."""
    context = None
    if login.url.startswith("mqtts://"):
        tls = login.of_device.get("tls", {})
        context = ssl.create_default_context(cafile=tls.get("ca"))
        if tls:
            context.load_cert_chain(tls["certificate"], tls["key"])
    file = login.of_device.get("password_file")
    password = Path(file).read_text(encoding="utf-8") if file else None
    return asyncio.run(_listen(login, password, context, seconds))


async def _listen(
    login: BrokerLogin, password: str | None, context: ssl.SSLContext | None, seconds: float
) -> set[str]:
    parts = urlsplit(login.url)
    client = BrokerClient(
        parts.hostname or "",
        parts.port or (8883 if context else 1883),
        username=login.of_device.get("user"),
        password=password,
        tls_context=context,
        timeout=CONNECT_S,
        socket_options=NO_DELAY,
    )
    found: set[str] = set()
    try:
        async with client:
            if not seconds:
                return found
            await client.subscribe("#")
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    async for message in client.messages:
                        if not message.retain and len(found) < MOST_TOPICS:
                            found.add(str(message.topic))
    except aiomqtt.MqttError as error:
        raise OSError(failure_text(error)) from error
    return found


def on_broker(login: BrokerLogin, plugins: Plugins) -> list[FoundDevice]:
    """Each topic on which readings come now, as a device."""
    with shown(f"listening to {login.url}", whole=None) as told:
        topics = _heard(login, LISTEN_S)
        told(1)
        found = []
        for topic in sorted(topics):
            if topic.startswith("monitord/"):
                continue
            entry: dict[str, Any] = {"driver": "mqtt", "broker": login.url, "topic": topic}
            dialect = next((name for part, name in _DIALECTS if part in topic), None)
            entry |= {"dialect": dialect} if dialect else {}
            entry |= login.of_device
            heard = listened(device_of(entry, "gateway", plugins), HEARD_S)
            if heard.readings:
                found.append(FoundDevice(entry=entry, where=f"topic {topic}", says=heard.words))
    return found
