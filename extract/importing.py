"""Files that people hand in: archived, loaded and judged in one go.

For `acorn import` and the manual drop DAG. Each file stands for itself: one that
cannot be read stops none of the others. Importing a file again changes nothing and
answers the verdict that stands.

Data flow: file -> archive -> raw.* -> gate A.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg import Connection

from config.company import load_company
from config.warehouse import connect
from expectations.gate_a import check_batches
from expectations.records import Reason, Verdict
from extract.archive import archive_document
from extract.errors import ExtractError
from extract.load.loader import load_batch
from extract.records import FEEDS, UNKNOWN_FEED, SourceDocument
from extract.transport import unpacked

logger = logging.getLogger(__name__)


def import_files(
    paths: Sequence[Path], account_code: str | None, feed: str | None = None
) -> list[Verdict]:
    """Archive, load and judge files of one account; one verdict each, in their order.

    `account_code` None is for company-wide feeds; `feed` None finds out by content. A
    file that cannot be taken in at all has a verdict with the status `error`.

    Raises:
        CompanyFileError: company.yml has no such account.
        ValueError: there is no such feed.
    """
    if account_code is not None:
        load_company().account(account_code)
    if feed is not None and feed not in FEEDS:
        raise ValueError(f"Unknown feed {feed!r}; one of {', '.join(FEEDS)}")
    with connect("loader", autocommit=True) as connection:
        taken: list[int | Verdict] = []
        for path in paths:
            try:
                taken.append(_take_in(connection, path, account_code, feed))
            except OSError as fault:
                taken.append(_error(path, feed, fault.strerror or str(fault)))
            except ExtractError as fault:
                taken.append(_error(path, feed, str(fault)))
            except Exception as fault:
                # One file must never hold up the others, whatever is wrong with it.
                if connection.closed:
                    raise
                logger.exception("%s", path)
                told = f"{type(fault).__name__}: {fault}. Report a fault of Acorn"
                taken.append(_error(path, feed, told))
    batch_ids = [item for item in taken if isinstance(item, int)]
    verdicts = {v.batch_id: v for v in check_batches(batch_ids)} if batch_ids else {}
    return [
        item
        if isinstance(item, Verdict)
        else verdicts.get(item) or _error(path, feed, "a batch another process holds")
        for path, item in zip(paths, taken, strict=True)
    ]


def _take_in(
    connection: Connection[Any], path: Path, account_code: str | None, feed: str | None
) -> int:
    """Archive and load one file; its batch."""
    with unpacked(path) as document:
        archived = archive_document(
            connection,
            SourceDocument(
                path=document,
                original_name=path.name,
                source="manual",
                authority="manual",
                feed=feed,
                account_code=account_code,
            ),
        )
    load_batch(connection, archived.batch_id)
    return archived.batch_id


def _error(path: Path, feed: str | None, observed: str) -> Verdict:
    """The verdict on a file that did not get as far as the ledger's judgement."""
    reason = Reason(
        check_name="importable_file",
        severity="critical",
        line_number=None,
        expected="a file that can be taken in",
        observed=observed,
    )
    return Verdict(
        batch_id=0,
        file_id=0,
        original_name=str(path),
        feed=feed or UNKNOWN_FEED,
        status="error",
        reasons=(reason,),
    )
