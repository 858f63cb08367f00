"""Fetch the bytes of a URL to a file, exactly as they came over the wire.

Nothing is decoded and no Content-Encoding is undone: a document that is to be proved
later is kept as its source sent it. `unpack_gzip` undoes transport compression, in a
stream, and only when asked.
"""

from __future__ import annotations

import gzip
import logging
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from extract.api_calls import Answer
from extract.errors import ContractError, TransientError, TruncatedFetchError

# Seconds to connect, and between two pieces of the answer.
TIMEOUTS = (10.0, 60.0)
_CHUNK_BYTES = 1 << 20

# At DEBUG urllib3 writes whole request lines, and with them URL signatures.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class UnreadableGzip(Exception):
    """The bytes are no whole gzip stream."""


def download(url: str, target: Path, answer: Answer, max_bytes: int) -> str | None:
    """Write the body of `url` to `target`; answer its Content-Encoding.

    Raises:
        TransientError: no answer, or a status other than 200: with an expired URL
            (403) as with an outage, asking again may help.
        TruncatedFetchError: the body is shorter than announced.
        ContractError: the body is larger than `max_bytes`.
    """
    with (
        _network_faults(),
        requests.get(
            url, stream=True, timeout=TIMEOUTS, headers={"Accept-Encoding": "identity"}
        ) as response,
    ):
        answer.note(response.status_code, response.headers)
        if response.status_code != 200:
            raise TransientError(
                f"The download was answered with HTTP {response.status_code}."
            )
        _write_body(response, target, max_bytes)
        encoding: str | None = response.headers.get("Content-Encoding")
        return encoding


def unpack_gzip(packed: Path, target: Path) -> None:
    """Write the content of a gzip file to `target`.

    Raises:
        UnreadableGzip: it is cut off, damaged, or no gzip at all.
    """
    try:
        with gzip.open(packed, "rb") as content, target.open("wb") as file:
            shutil.copyfileobj(content, file, _CHUNK_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        target.unlink(missing_ok=True)
        raise UnreadableGzip(str(error)) from error


def _write_body(response: Any, target: Path, max_bytes: int) -> None:
    byte_count = 0
    with target.open("wb") as file:
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            byte_count += len(chunk)
            if byte_count > max_bytes:
                raise ContractError(
                    "download_size",
                    f"The download is larger than {max_bytes:,} bytes and was ended.",
                )
            file.write(chunk)


@contextmanager
def _network_faults() -> Iterator[None]:
    """Map network faults; their own text would show the URL, so it is not kept."""
    try:
        yield
    except requests.RequestException as error:
        raise TransientError(
            f"The download had no answer: {type(error).__name__}."
        ) from None
    except HTTPError as error:
        # What urllib3 raises while the body comes; it checks Content-Length.
        raise TruncatedFetchError(
            f"The download broke off: {type(error).__name__}."
        ) from None
