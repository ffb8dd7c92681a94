"""An answer on its way from the hospital to a suite, and what came of it, as JSON. Pure."""

import json
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from monitord.errors import StoreError
from monitord.hospital.suite_side import HospitalAnswer
from monitord.model import Instant

BYTES_AT_MOST = 4096


class AnswerMessage(BaseModel):
    """As it travels; times in milliseconds, as tiles have them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    alarm: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    word: Literal["acknowledge", "accept", "reject"]
    by: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    news: Annotated[int, Field(ge=0, lt=2**53)]
    seq: Annotated[int, Field(ge=0, lt=2**63)]
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerResult:
    """What the suite's engine decided; `refused` is None where the answer counts."""

    refused: str | None


def read_answer(data: bytes) -> HospitalAnswer:
    """StoreError where it is none."""
    if len(data) > BYTES_AT_MOST:
        raise StoreError("an answer is too long")
    try:
        read = AnswerMessage.model_validate_json(data)
    except ValidationError as error:
        raise StoreError(f"no answer: {error.error_count()} faults") from None
    # Of the tile's millisecond whatever became worse within it was seen.
    return HospitalAnswer(
        key=read.key,
        alarm=read.alarm,
        word=read.word,
        by=read.by,
        news=Instant(read.news * 1000 + 999),
        seq=read.seq,
        reason=read.reason,
    )


def reply_text(result: AnswerResult) -> bytes:
    """As the hospital reads it."""
    return json.dumps({"refused": result.refused}, ensure_ascii=False).encode()


def read_reply(data: bytes) -> AnswerResult:
    """StoreError where it is none."""
    try:
        refused = json.loads(data)["refused"]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("no reply of a suite") from error
    return AnswerResult(refused=None if refused is None else str(refused))
