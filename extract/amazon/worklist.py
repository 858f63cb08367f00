"""The work list of one account and region: ops.report_documents and the position.

A report is known by its id, which is unique within a seller. What became of it stays
on its row: `fetched_at` is set when its document is archived whole (or, for a FATAL
report, when its error was reported); `file_id` names the archived document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from extract.amazon.connection import SellerConnection
from extract.errors import ContractError


@dataclass(frozen=True)
class Window:
    """Reports of `feed` created in [start_at, end_at), both UTC-aware."""

    feed: str
    report_types: tuple[str, ...]
    start_at: datetime
    end_at: datetime

    def __post_init__(self) -> None:
        if self.start_at >= self.end_at:
            raise ValueError(f"the window {self.start_at} to {self.end_at} is empty")


@dataclass(frozen=True)
class ListedReport:
    """A report of the work list."""

    report_id: str
    report_type: str
    document_id: str | None
    marketplace_ids: Sequence[str]
    data_start_at: datetime | None
    data_end_at: datetime | None


class WorkList:
    """Reads and writes the list. `ledger` is an autocommit connection as loader."""

    def __init__(
        self, ledger: Connection[Any], seller: SellerConnection, window: Window
    ) -> None:
        self.ledger = ledger
        self.window = window
        self._keys = {
            "account_code": seller.account_code,
            "region": seller.region,
            "feed": window.feed,
            "start_at": window.start_at,
            "end_at": window.end_at,
            "report_types": list(window.report_types),
        }

    def stored_token(self) -> str | None:
        """Where an earlier listing of this window stopped; None: it did not."""
        row = self.ledger.execute(
            """
            select next_token from ops.extract_positions
            where account_code = %(account_code)s and region = %(region)s
                and feed = %(feed)s
                and window_start_at = %(start_at)s and window_end_at = %(end_at)s
            """,
            self._keys,
        ).fetchone()
        return row[0] if row else None

    def store_page(
        self, reports: Sequence[Mapping[str, Any]], next_token: str | None
    ) -> None:
        """Keep a page and where the next one is, together.

        Raises:
            ContractError: a report lacks what the API model promises.
        """
        with self.ledger.transaction():
            for report in reports:
                self._store(_row(self.window, report))
            self.store_token(next_token)

    def store_token(self, next_token: str | None) -> None:
        """Keep where the next page is."""
        self.ledger.execute(
            """
            insert into ops.extract_positions (
                account_code, region, feed, window_start_at, window_end_at, next_token
            ) values (
                %(account_code)s, %(region)s, %(feed)s, %(start_at)s, %(end_at)s,
                %(next_token)s
            )
            on conflict (account_code, region, feed, window_start_at, window_end_at)
            do update set next_token = excluded.next_token, updated_at = now()
            """,
            {**self._keys, "next_token": next_token},
        )

    def select(self, condition: str, **values: Any) -> list[ListedReport]:
        """Reports of the window that meet an SQL condition on `listed`, oldest first.

        `condition` is SQL of this package, never a value from outside.
        """
        rows = self.ledger.execute(
            f"""
            select
                report_id, report_type, document_id, marketplace_ids,
                data_start_at, data_end_at
            from ops.report_documents as listed
            where account_code = %(account_code)s and region = %(region)s
                and report_type = any(%(report_types)s)
                and created_at >= %(start_at)s and created_at < %(end_at)s
                and ({condition})
            order by created_at, report_id
            """,  # noqa: S608
            {**self._keys, **values},
        )
        return [ListedReport(*row) for row in rows]

    def unfinished_before(self, oldest: datetime) -> list[tuple[str, datetime]]:
        """Id and creation of reports from before the window that were not final."""
        return self.ledger.execute(
            """
            select report_id, created_at from ops.report_documents
            where account_code = %(account_code)s and region = %(region)s
                and report_type = any(%(report_types)s)
                and processing_status in ('IN_QUEUE', 'IN_PROGRESS')
                and created_at >= %(oldest)s and created_at < %(start_at)s
            order by created_at, report_id
            """,
            {**self._keys, "oldest": oldest},
        ).fetchall()

    def store_report(self, report: Mapping[str, Any]) -> None:
        """Keep how one report of the window stands. Raises ContractError."""
        self._store(_row(self.window, report))

    def mark(self, report_id: str, file_id: int | None, is_done: bool) -> None:
        """Note the archived document, and that nothing is left to do."""
        self.ledger.execute(
            """
            update ops.report_documents set
                file_id = %(file_id)s,
                fetched_at = case when %(is_done)s then now() end
            where account_code = %(account_code)s and region = %(region)s
                and report_id = %(report_id)s
            """,
            {
                **self._keys,
                "report_id": report_id,
                "file_id": file_id,
                "is_done": is_done,
            },
        )

    def _store(self, row: Mapping[str, Any]) -> None:
        # createdUntil includes its instant, and a server may round: the window decides.
        if not self.window.start_at <= row["created_at"] < self.window.end_at:
            return
        self.ledger.execute(
            """
            insert into ops.report_documents (
                account_code, region, report_id, report_type, processing_status,
                document_id, marketplace_ids, created_at, data_start_at, data_end_at
            ) values (
                %(account_code)s, %(region)s, %(report_id)s, %(report_type)s,
                %(processing_status)s, %(document_id)s, %(marketplace_ids)s,
                %(created_at)s, %(data_start_at)s, %(data_end_at)s
            )
            on conflict (account_code, region, report_id) do update set
                processing_status = excluded.processing_status,
                document_id = excluded.document_id,
                listed_at = now()
            """,
            {**self._keys, **row},
        )


def _row(window: Window, report: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {
            "report_id": str(report["reportId"]),
            "report_type": str(report["reportType"]),
            "processing_status": str(report["processingStatus"]),
            "document_id": report.get("reportDocumentId") or None,
            "marketplace_ids": sorted(report.get("marketplaceIds") or []),
            "created_at": _instant(report["createdTime"]),
            "data_start_at": _instant(report.get("dataStartTime")),
            "data_end_at": _instant(report.get("dataEndTime")),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(
            "report_listing",
            "A report in the answer of getReports cannot be read.",
            feed=window.feed,
            expected="reportId, reportType, processingStatus, createdTime (ISO 8601)",
            found=f"{type(error).__name__} {error} in {dict(report)}",
        ) from error


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
