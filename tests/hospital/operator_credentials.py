"""An operator, an account and users with `.creds` files, as an operator's own cluster has them: JWTs that are signed here."""

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nkeys

from monitord.hospital.subjects import of_suite

UNLIMITED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What a user may publish and subscribe to; empty is everything."""

    publish: Sequence[str] = ()
    subscribe: Sequence[str] = ()


class Signer:
    """A key pair of an operator, an account or a user."""

    def __init__(self, prefix: int) -> None:
        self._pair = nkeys.from_seed(bytearray(nkeys.encode_seed(os.urandom(32), prefix)))
        self.public = bytes(self._pair.public_key).decode()
        self.seed = bytes(self._pair.seed).decode()

    def token(self, subject: str, name: str, nats: Mapping[str, Any]) -> str:
        """A JWT about a subject, signed by this one."""
        claims = {"iss": self.public, "sub": subject, "name": name, "iat": 1, "nats": dict(nats)}
        digest = hashlib.sha256(json.dumps(claims).encode()).digest()
        claims["jti"] = base64.b32encode(digest).decode().rstrip("=")
        parts = [_part({"typ": "JWT", "alg": "ed25519-nkey"}), _part(claims)]
        signed = self._pair.sign(".".join(parts).encode())
        return ".".join([*parts, _text(signed)])


def _part(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def suite_permissions(suite: str) -> Permissions:
    """As `monitord hospital server-config` prints them."""
    publish, subscribe = of_suite(suite)
    return Permissions(publish=publish, subscribe=subscribe)


def operator_config(folder: Path, users: Mapping[str, Permissions], port: int) -> str:
    """Writes `NAME.creds` for each user; the configuration of a server that knows the operator alone."""
    operator = Signer(nkeys.PREFIX_BYTE_OPERATOR)
    account, system = Signer(nkeys.PREFIX_BYTE_ACCOUNT), Signer(nkeys.PREFIX_BYTE_ACCOUNT)
    known = operator.token(operator.public, "clinic", {"type": "operator", "version": 2})
    traffic = dict.fromkeys(
        ("subs", "data", "payload", "imports", "exports", "conn", "leaf"), UNLIMITED
    )
    storage = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), UNLIMITED)
    preload = {
        signer.public: operator.token(
            signer.public,
            called,
            {"type": "account", "version": 2, "limits": {**limits, "wildcards": True}},
        )
        for signer, called, limits in (
            (account, "monitord", traffic | storage),
            (system, "SYS", traffic),
        )
    }
    for name, may in users.items():
        user = Signer(nkeys.PREFIX_BYTE_USER)
        rights: dict[str, Any] = {
            "type": "user",
            "version": 2,
            **dict.fromkeys(("subs", "data", "payload"), UNLIMITED),
            "pub": {"allow": list(may.publish)} if may.publish else {},
            "sub": {"allow": list(may.subscribe)} if may.subscribe else {},
        }
        if may.publish:
            rights["resp"] = {"max": 1, "ttl": 30_000_000_000}
        token = account.token(user.public, name, rights)
        (folder / f"{name}.creds").write_text(
            f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n"
        )
    return "\n".join(
        [
            f'listen: "127.0.0.1:{port}"',
            f'jetstream {{ store_dir: "{folder / "store"}" }}',
            f'operator: "{known}"',
            "resolver: MEMORY",
            f"system_account: {system.public}",
            f"resolver_preload: {json.dumps(preload)}",
            "",
        ]
    )
