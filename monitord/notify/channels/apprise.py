"""Mail, SMS gateways, chat and push by Apprise: whatever its URLs reach.

The URL holds passwords, so it stands in a file or in the environment and is never logged. Apprise
blocks, so each message goes by a thread of its own; it carries no idempotency key, so the message
ends with it for a reader to compare.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from monitord.errors import NotifyError
from monitord.model import Notify, Priority
from monitord.notify.channels.apprise_priority import with_priority
from monitord.notify.message_text import OVER, Link, asks, body_of, by_urgency, title_of
from monitord.notify.notifier import Bundle
from monitord.notify.secret_file import read_secret

_KIND = {Priority.HIGH: "failure", Priority.MEDIUM: "warning", Priority.LOW: "info"}
_LOGGER = "apprise"
_TAKEN_AT_MOST = 200
# Messages that some of the URLs have taken and others have not.


class AppriseConfig(BaseModel):
    """Where the Apprise URLs stand, one a line; one of the two names them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url_file: str | None = None
    url_env: str | None = None
    link: Link | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url_file is None) == (self.url_env is None):
            raise ValueError("name one of `url_file` and `url_env`")
        return self


class AppriseChannel:
    """Its URLs are read anew for each message, so that a changed roster counts at once.

    Each URL has its own attempts: one that fails or hangs keeps no message from the others, and what one of them has
    taken is not told it again.
    """

    def __init__(self, name: str, config: AppriseConfig) -> None:
        self._name = name
        self._config = config
        self._busy: dict[str, asyncio.Future[None]] = {}
        self._taken: dict[str, set[str]] = {}
        """By a message's key the URLs that took it, while others have not."""

    async def send(self, message: Notify, *, durable: bool) -> None:
        """One message alone."""
        await self.send_bundle(Bundle(messages=(message,), durable=durable))

    async def send_bundle(self, bundle: Bundle) -> None:
        """Tells all in one message; every URL must have taken it."""
        text = read_secret(self._config.url_file, self._config.url_env) or ""
        urls = text.split()
        self._busy = {url: way for url, way in self._busy.items() if not way.done()}
        ways = [self._by_url(number, url, bundle) for number, url in enumerate(urls, 1)]
        errors: list[NotifyError] = []
        for outcome in await asyncio.gather(*ways, return_exceptions=True):
            if isinstance(outcome, NotifyError):
                errors.append(outcome)
            elif outcome is not None:
                raise outcome
        if errors:
            told = "; ".join(dict.fromkeys(str(error) for error in errors))
            raise NotifyError(told, retry=any(error.retry for error in errors))
        for message in bundle.messages:
            self._taken.pop(message.key, None)

    async def _by_url(self, number: int, url: str, bundle: Bundle) -> None:
        """What this URL has not taken yet."""
        if url in self._busy:
            # A thread cannot be stopped: one that hangs must not be joined by another.
            raise NotifyError(f"URL {number}: the message before has not ended")
        left = tuple(m for m in bundle.messages if url not in self._taken.get(m.key, ()))
        if not left:
            return
        rest = replace(bundle, messages=left)
        title, body = title_of(rest), body_of(rest, link=self._config.link)
        lead = by_urgency(left)[0].line
        kind = "success" if lead.event in OVER else _KIND[asks(lead) or Priority.LOW]
        there = with_priority(url, asks(lead))
        sending = self._in_thread(lambda: _notify(number, there, title, body, kind))
        sending.add_done_callback(lambda done: self._note(done, url, left))
        self._busy[url] = sending
        await asyncio.shield(sending)

    def _note(self, done: asyncio.Future[None], url: str, messages: tuple[Notify, ...]) -> None:
        """Also of an attempt that was given up and got there all the same."""
        if done.cancelled() or done.exception() is not None:
            return
        for message in messages:
            self._taken.setdefault(message.key, set()).add(url)
        while len(self._taken) > _TAKEN_AT_MOST:
            del self._taken[next(iter(self._taken))]

    def _in_thread(self, call: Callable[[], None]) -> asyncio.Future[None]:
        """In a daemon thread: one that hangs holds up neither others nor the end of the process."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def settle(error: NotifyError | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
                done.exception()  # nobody may be waiting any more

        def run() -> None:
            error: NotifyError | None = None
            try:
                call()
            except NotifyError as refused:
                error = refused
            except Exception as crash:  # noqa: BLE001 - its text may hold the URL, so only the kind is told
                error = NotifyError(f"Apprise failed: {type(crash).__name__}")
            try:
                loop.call_soon_threadsafe(settle, error)
            except RuntimeError:
                return  # the loop has ended meanwhile

        threading.Thread(target=run, name=f"apprise {self._name}", daemon=True).start()
        return done

    async def close(self) -> None:
        """Nothing stays open between messages."""


def _notify(number: int, url: str, title: str, body: str, kind: str) -> None:
    try:
        import apprise
    except ModuleNotFoundError as error:
        raise NotifyError("needs the extra: pip install 'monitord[notify]'", retry=False) from error
    # Its own log names addresses; what matters comes back as the result.
    logging.getLogger(_LOGGER).setLevel(logging.CRITICAL + 1)
    target: Any = apprise.Apprise()
    if not target.add(url):
        raise NotifyError(f"URL {number} is none that Apprise knows")
    if not target.notify(title=title, body=body, notify_type=kind, body_format="text"):
        raise NotifyError(f"Apprise could not deliver by URL {number}")


class AppriseNotifier:
    """Destination `notifier: apprise`."""

    name = "apprise"
    title = "mail, SMS gateways, chat and push by Apprise URLs"
    local = False
    config = AppriseConfig

    def open(self, name: str, config: AppriseConfig) -> AppriseChannel:
        """A channel that loads Apprise when first used."""
        return AppriseChannel(name, config)


NOTIFIER = AppriseNotifier()
