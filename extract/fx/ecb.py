"""Fetch the European Central Bank's euro reference rates into the archive.

One XML file holds the last 90 days (or the whole history: company.fx.ecb_url names the
file). It changes once on a working day at about 16:00 Frankfurt time; a day without
change brings the same bytes, which are the same file in the ledger. Rates are units of
a currency for one euro; a day is a day of the TARGET calendar. No limit is published;
one call is made. A rerun changes nothing but the sighting.

Data flow: ecb_url -> archive, ops.source_files, ops.load_batches (received).

Run it alone: python -m extract.fx.ecb
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from config.company import load_company
from config.home import acorn_home
from config.warehouse import connect
from extract.api_calls import open_call_log
from extract.archive import archive_document
from extract.downloads import UnreadableGzip, download, unpack_gzip
from extract.errors import ContractError, ExtractError, TransientError
from extract.records import ECB_FX_RATES, ArchivedFile, SourceDocument

# The whole history since 1999 has about 8 MB.
_LARGEST_FILE = 64 << 20
_HEAD_BYTES = 4096


def fetch_ecb_rates(url: str | None = None) -> ArchivedFile:
    """Archive the file at `url` (company.fx.ecb_url by default).

    Raises:
        TransientError: no answer, an error status, or a cut download.
        ContractError: something else than the ECB's format came; nothing is archived.
    """
    address = url or load_company().fx.ecb_url
    folder = acorn_home() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as spool:
        path = _fetch(address, Path(spool))
        with connect("loader", autocommit=True) as ledger:
            return archive_document(
                ledger,
                SourceDocument(
                    path=path,
                    original_name=_file_name(address),
                    source="ecb",
                    authority="official_api",
                    feed=ECB_FX_RATES,
                ),
            )


def _fetch(address: str, spool: Path) -> Path:
    body = spool / "body"
    with open_call_log("ecb") as log, log.recorded("getReferenceRates") as answer:
        encoding = download(address, body, answer, _LARGEST_FILE)
        path = _unpacked(body) if encoding == "gzip" else body
        _check_format(path, _file_name(address))
    return path


def _unpacked(body: Path) -> Path:
    plain = body.with_suffix(".xml")
    try:
        unpack_gzip(body, plain)
    except UnreadableGzip as error:
        raise TransientError(f"The ECB's answer cannot be unpacked: {error}") from error
    return plain


def _check_format(path: Path, file_name: str) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if b"<gesmes:Envelope" not in head or b"<Cube" not in head:
        raise ContractError(
            "ecb_format",
            "This is no reference rate file. Check fx.ecb_url in company.yml.",
            feed=ECB_FX_RATES,
            file_name=file_name,
            expected="XML with gesmes:Envelope and Cube",
            found=repr(head[:80].decode("utf-8", "replace")),
        )


def _file_name(address: str) -> str:
    return Path(urlsplit(address).path).name or "eurofxref"


def main() -> int:
    """Fetch from the command line; 0 when the file is archived."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        archived = fetch_ecb_rates()
    except ExtractError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"file {archived.file_id}{'' if archived.is_new else ' (known before)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
