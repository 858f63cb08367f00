"""List reports into the work list, and say which ones Amazon could not make.

getReports answers in pages. `nextToken` is the only parameter of the next call and
keeps its filters. The token is stored in one transaction with the page before it, so a
run after a kill goes on there. Pages may come twice or out of order: reports are known
by their id, and a repeated token is followed again, a bounded number of times, because
stopping at it would lose the pages behind it.

Amazon keeps reports 90 days (reports_2021-06-30.json). Times are UTC.

Data flow: getReports -> ops.report_documents, ops.extract_positions, ops.alerts.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from deliver.alerts import raise_alert
from extract.amazon.client import AmazonClient, SellerConnection
from extract.amazon.documents import downloaded
from extract.amazon.faults import RequestRefused
from extract.amazon.worklist import ListedReport, WorkList
from extract.errors import CredentialError, ExtractError, TransientError

logger = logging.getLogger(__name__)

RETENTION = timedelta(days=90)
_PAGE_SIZE = 100
_LONGEST_REPEAT = 5
_ERROR_TEXT_BYTES = 500


@contextmanager
def only_fetcher(
    ledger: Connection[Any], connection: SellerConnection
) -> Iterator[None]:
    """Wait until no other process fetches for this account and region, then hold it.

    An advisory lock of Postgres, given back with the session when a process dies.
    """
    key = f"acorn fetch {connection.account_code} {connection.region}"
    ledger.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [key])
    try:
        yield
    finally:
        ledger.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def list_reports(client: AmazonClient, work: WorkList) -> None:
    """Bring ops.report_documents up to date for the window.

    Of a window that reaches back more than 90 days the listable part is listed, and an
    alert says which part must be imported by hand.

    Raises:
        ExtractError: the whole window is older than 90 days.
        TransientError: Amazon does not answer, or goes on repeating a page.
    """
    filters = _filters(client.connection, work)
    token = work.stored_token()
    may_restart = True
    followed: Counter[str] = Counter()
    while True:
        try:
            page = client.list_reports({"nextToken": token} if token else filters)
        except RequestRefused as error:
            # A stored token can have expired: list the window again, once.
            if token is None or error.status != 400 or not may_restart:
                raise
            token, may_restart = None, False
            continue
        token = page.get("nextToken") or None
        work.store_page(page.get("reports") or [], token)
        if token is None:
            return
        followed[token] += 1
        if followed[token] > _LONGEST_REPEAT:
            work.store_token(None)
            raise TransientError(
                f"getReports for {client.connection.seller} repeats one page; the "
                f"listing is not complete. The next run starts it again."
            )


def alert_failed_reports(client: AmazonClient, work: WorkList) -> None:
    """Raise one alert for each FATAL report of the window, with Amazon's error text."""
    seller = client.connection
    condition = "processing_status = 'FATAL' and fetched_at is null"
    for report in work.select(condition):
        told = _error_text(client, report)
        with work.ledger.transaction():
            raise_alert(
                work.ledger,
                "failed_report",
                "warning",
                f"{seller.account_code} {seller.region} report {report.report_id}",
                f"Amazon could not make report {report.report_id} "
                f"({report.report_type}) of {seller.seller}: "
                f"{told or 'no reason given'}. Check in Seller Central whether its "
                f"settlement is there, and import it by hand.",
                f"亚马逊未能生成账户 {seller.account_code}（{seller.region}）的报告 "
                f"{report.report_id}（{report.report_type}）：{told or '未给出原因'}。"
                f"请在卖家平台核对该结算单，并手动导入。",
            )
            work.mark(report.report_id, file_id=None, is_done=True)


def refuse_unfinished(work: WorkList, seller: SellerConnection) -> None:
    """Raise TransientError while Amazon still makes reports of the window."""
    unfinished = work.select("processing_status in ('IN_QUEUE', 'IN_PROGRESS')")
    if unfinished:
        names = ", ".join(report.report_id for report in unfinished)
        raise TransientError(
            f"{work.window.feed} of {seller.seller}: Amazon is still making reports "
            f"{names}. All others are in; run the window again."
        )


def _error_text(client: AmazonClient, report: ListedReport) -> str:
    """What Amazon says of a FATAL report; its document holds it, if there is one."""
    if report.document_id is None:
        return ""
    try:
        with downloaded(client, report.report_id, report.document_id) as document:
            with document.path.open("rb") as file:
                head = file.read(_ERROR_TEXT_BYTES)
    except CredentialError:
        raise
    except ExtractError as error:
        # The report is lost either way; its reason must not hold up the others.
        logger.warning("error text of report %s: %s", report.report_id, error)
        return "reason not available"
    return " ".join(head.decode("utf-8", "replace").split())


def _filters(seller: SellerConnection, work: WorkList) -> dict[str, str]:
    window, now = work.window, datetime.now(UTC)
    oldest = now - RETENTION
    if window.end_at <= oldest:
        raise ExtractError(
            f"{window.feed} of {seller.seller}: the window {window.start_at:%Y-%m-%d} "
            f"to {window.end_at:%Y-%m-%d} lies more than {RETENTION.days} days back, "
            f"and Amazon keeps reports no longer. Download them in Seller Central and "
            f"import them by hand."
        )
    if window.start_at < oldest:
        _alert_unlistable(seller, work, oldest)
    return {
        "reportTypes": ",".join(window.report_types),
        "createdSince": _iso(max(window.start_at, oldest)),
        "createdUntil": _iso(min(window.end_at, now)),
        "pageSize": str(_PAGE_SIZE),
    }


def _alert_unlistable(
    seller: SellerConnection, work: WorkList, oldest: datetime
) -> None:
    begin, end = f"{work.window.start_at:%Y-%m-%d}", f"{oldest:%Y-%m-%d}"
    raise_alert(
        work.ledger,
        "window_beyond_retention",
        "warning",
        f"{seller.account_code} {seller.region} {work.window.feed} from {begin}",
        f"Amazon keeps reports {RETENTION.days} days: those of {seller.seller} created "
        f"from {begin} to {end} could not be listed. Download them in Seller Central "
        f"and import them by hand.",
        f"亚马逊的报告只保留 {RETENTION.days} 天：账户 {seller.account_code}"
        f"（{seller.region}）在 {begin} 至 {end} 之间生成的报告无法列出。"
        f"请在卖家平台下载后手动导入。",
    )


def _iso(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
