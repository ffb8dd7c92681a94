"""What a notifier is: a plug-in of the entry-point group `monitord.notifiers`."""

from typing import Any, Protocol

from pydantic import BaseModel

from monitord.model import Notify


class Channel(Protocol):
    """One open way to one destination."""

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Tells it; returns when the destination took it, raises NotifyError otherwise.

        May be called again with the same `message.key` after a crash: pass the key on.
        """
        ...

    async def close(self) -> None:
        """Lets go of what was opened."""
        ...


class Notifier(Protocol):
    """A kind of destination: its word in the suite file, its settings, how it is opened."""

    name: str
    title: str
    local: bool
    """Needs neither network nor broker: fit to be a route's fail-safe end."""
    config: type[BaseModel]

    def open(self, name: str, config: Any) -> Channel:
        """A channel to the destination called `name`; connects when first used."""
        ...
