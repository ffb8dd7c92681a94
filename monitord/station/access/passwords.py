"""Passwords, PINs and codes: made, refused when weak, hashed with argon2id off the loop.

Hashes take RFC 9106's memory and passes (64 MiB, 3) in one lane: about 0.15 s, so one at a time, in a
thread, and never more than a few wait. Four lanes were no faster on two cores, and held the loop up.
"""

import asyncio
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitord.errors import StationError

MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 128
"""NIST SP 800-63B: length instead of rules about characters."""
WAITING: Final = 8
"""Checks that may wait for their turn: a second of them."""

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE: Final = 12
"""Characters of an invitation: 30**12 is 59 bits, and it lives a day."""
_PIN: Final = re.compile(r"[0-9]{4,8}")


class BusyError(StationError):
    """Too many secrets wait to be checked."""


def digest(secret: str) -> str:
    """What is stored of a secret that was drawn by us: it is long, so that one SHA-256 is enough."""
    return sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """256 bits: a cookie's, a program's or the set-up link's."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """An invitation to choose a password, to be read aloud and typed: `K7QF-2M9X-4TRB`."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE))
    return "-".join(drawn[n : n + 4] for n in range(0, _CODE, 4))


def plain_code(typed: str) -> str:
    """A code as it was given, however it was typed."""
    letters = re.sub(r"[\s-]", "", typed).upper()
    return "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))


def password_fault(name: str, password: str) -> str | None:
    """Why it may not be a password, or None."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        return f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters"
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        return "a password does not hold the name, and is not of a few characters only"
    return None


def pin_fault(pin: str) -> str | None:
    """Why it may not be a PIN, or None."""
    if not _PIN.fullmatch(pin):
        return "a PIN has 4 to 8 digits"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return "a PIN is not one digit again and again, and not a row like 1234"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a person chose; None for what stays as it is."""

    password: str | None = None
    pin: str | None = None

    def fault(self, name: str) -> str | None:
        """Why they may not be used, or None."""
        if self.password is not None and (found := password_fault(name, self.password)):
            return found
        return pin_fault(self.pin) if self.pin is not None else None


class Hasher:
    """Argon2id in a thread, one at a time. BusyError where too many wait."""

    def __init__(self, argon: PasswordHasher | None = None) -> None:
        self.argon = argon or PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._nobody = ""
        self.checked = 0
        """How many secrets were compared, those of nobody among them."""

    async def hash(self, secret: str) -> str:
        """The hash, with salt and parameters in it."""
        with self._place():
            async with self._turn:
                return await asyncio.to_thread(self.argon.hash, secret)

    async def matches(self, stored: str | None, secret: str) -> bool:
        """Takes as long where there is no such account, so that the time names none."""
        with self._place():
            async with self._turn:
                return await asyncio.to_thread(self._compare, stored, secret)

    def _compare(self, stored: str | None, secret: str) -> bool:
        self._nobody = self._nobody or self.argon.hash(new_token())
        self.checked += 1
        try:
            self.argon.verify(stored or self._nobody, secret)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._waiting >= WAITING:
            raise BusyError("too many sign in at once: try again")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
