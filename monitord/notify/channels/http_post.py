"""One HTTP request to a receiver that may be hostile or broken: its status, and nothing else of it.

An answer is read to `ANSWER_AT_MOST` and never decompressed, and all of it must come within one time-out:
one that trickles is no answer.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final

import httpx2

from monitord.errors import NotifyError
from monitord.tls_failure import tls_failure

ANSWER_AT_MOST: Final = 64 * 1024
"""Bytes: nobody reads the answer; reading it keeps the connection for the next request."""


async def status_of(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    *,
    timeout: float,
    body: bytes | None = None,
    headers: Mapping[str, str],
) -> int:
    """The status code; NotifyError, without the address, where none comes within `timeout` seconds."""
    asked = {**headers, "Accept-Encoding": "identity"}
    # As bytes: the library crashes on a letter that is not ASCII, and its words then hold the value, which may be a key.
    sent = {
        name.encode(errors="replace"): value.encode(errors="replace")
        for name, value in asked.items()
    }
    try:
        async with (
            asyncio.timeout(timeout),
            client.stream(method, url, content=body, headers=sent) as answer,
        ):
            read = 0
            async for part in answer.aiter_raw():
                read += len(part)
                if read >= ANSWER_AT_MOST:
                    break
            return answer.status_code
    except TimeoutError as error:
        raise NotifyError(f"no answer within {timeout:g} s") from error
    except httpx2.TransportError as error:
        # Not its text alone: that may hold the address, which may be the key.
        raise NotifyError(f"{type(error).__name__}: {_cause(error)}".rstrip(": ")) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise NotifyError(type(error).__name__) from error


def _cause(error: BaseException) -> str:
    """The system's own words for it: `Connection refused`."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
        if isinstance(error, ssl.SSLError):
            return tls_failure(error)
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
    return ""
