"""Download report documents: bytes as Amazon made them, transport compression undone.

An address is good for five minutes, so each attempt asks for a fresh one. A body that
is shorter than announced is fetched again and never kept. A body that arrived whole
but is damaged (a GZIP that cannot be unpacked, an HTML page in place of the report) is
fetched again too; when it stays so it is handed on as it came, with the damage named:
in the archive it is evidence, and gate A quarantines it with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.home import acorn_home
from extract.amazon.client import AmazonClient
from extract.downloads import UnreadableGzip, unpack_gzip
from extract.errors import TransientError

ATTEMPTS = 3
_HEAD_BYTES = 512
_UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class DownloadedDocument:
    """A document on disk; `damage` says what is wrong with it, None when nothing."""

    path: Path
    damage: str | None


@contextmanager
def downloaded(
    client: AmazonClient, report_id: str, document_id: str
) -> Iterator[DownloadedDocument]:
    """The document in ACORN_HOME/tmp, removed at the end.

    The file is named after the report, so a run after a kill overwrites what that one
    left. `only_fetcher` keeps two runs of one account and region apart.

    Raises:
        TransientError: the download failed ATTEMPTS times.
    """
    seller = client.connection
    name = f"amazon-{seller.account_code}-{seller.region}-{report_id}"
    folder = acorn_home() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    body = folder / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.body"
    plain = body.with_suffix(".plain")
    try:
        yield download_document(client, document_id, body, plain)
    finally:
        body.unlink(missing_ok=True)
        plain.unlink(missing_ok=True)


def download_document(
    client: AmazonClient, document_id: str, body: Path, plain: Path
) -> DownloadedDocument:
    """Download to `body`, unpack to `plain`; answer which of them is the document.

    Raises:
        TransientError: the download failed ATTEMPTS times.
    """
    attempt = 1
    while True:
        address = client.document_address(document_id)
        try:
            is_gzip = client.download(address, body, attempt) or address.is_gzip
            document = _examined(body, plain, is_gzip)
            if document.damage is None or attempt == ATTEMPTS:
                return document
        except TransientError:
            if attempt == ATTEMPTS:
                raise
        client.wait_after_download(attempt)
        attempt += 1


def _examined(body: Path, plain: Path, is_gzip: bool) -> DownloadedDocument:
    path = body
    if is_gzip:
        try:
            unpack_gzip(body, plain)
            path = plain
        except UnreadableGzip as error:
            return DownloadedDocument(body, f"the GZIP cannot be unpacked: {error}")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).removeprefix(_UTF8_BOM).lstrip()
    # Reports fetched here are flat files; none begins with an angle bracket.
    if head.startswith(b"<"):
        return DownloadedDocument(path, "an HTML or XML page came instead of a report")
    return DownloadedDocument(path, None)
