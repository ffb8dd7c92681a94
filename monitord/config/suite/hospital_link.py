"""The hospital that a suite belongs to, as its suite file says: where its cluster is, and what leaves the suite."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from monitord.config.files.reader import STRICT
from monitord.model import HOUR, SECOND, Duration, Span
from monitord.notify.notifier import AnswerWord

KEPT: Span = 7 * 24 * HOUR
"""How long the cluster keeps rows, unless the hospital file says otherwise; its suites keep their own at least as long."""

ServerAddress = Annotated[str, StringConstraints(pattern=r"^(nats|tls)://[^/\s]{1,300}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTls:
    """PEM files: the authority that the cluster's certificates come from (None: the machine's), and ours where it asks."""

    __pydantic_config__ = STRICT

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAccess:
    """The way to the cluster: its nodes, and who comes there."""

    __pydantic_config__ = STRICT

    servers: Annotated[tuple[ServerAddress, ...], Field(min_length=1, max_length=16)]
    credentials_file: Path | None = None
    nkey_file: Path | None = None
    tls: ClusterTls | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalLink(ClusterAccess):
    """The way to the cluster, and what goes there beside alarms, answers and staff actions.

    Of each device one reading leaves every `numerics`. `answers` are the words with which somebody there may answer
    an alarm of the suite.
    """

    __pydantic_config__ = STRICT

    numerics: Annotated[Duration, Field(ge=SECOND, le=600 * SECOND)] = 10 * SECOND
    notes: bool = False
    form_answers: bool = False
    answers: tuple[AnswerWord, ...] = ()
