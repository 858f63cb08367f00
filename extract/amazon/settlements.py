"""Fetch settlement reports of one account and region into the archive.

Settlements cannot be requested: Amazon makes them when a period closes, about every 14
days, and keeps the reports 90 days. This lists what was created in a window, downloads
what is not in the archive yet, and hands each document on as received. Loading and
gate A come after.

Layouts: Amazon offers a settlement as V2 and as V1 flat file (and as XML, which repeats
it and is left out). The two hold the same money in other bytes, so fetching both would
put every settlement in twice. V2 is preferred: a V1 report is fetched only when no V2
report of the same period and marketplaces is listed, which is so for settlements from
before V2 was offered.

Limits: getReports one call per 45 s, getReportDocument one per 60 s after the burst
(`throttle.py`). Rerun: reports fetched before are not fetched again, and a run after a
kill at any point ends with the same archive. A document that arrived whole but damaged
is archived, so that gate A quarantines it with its reason, and is fetched again by the
next run of its window.

Data flow: getReports, getReportDocument -> ops.report_documents -> archive,
ops.source_files, ops.load_batches (received).

Run it alone, with AIRFLOW_CONN_AMAZON_<ACCOUNT>_<REGION> set:

    python -m extract.amazon.settlements --account na-demo --region NA \\
        --from 2026-08-01 --to 2026-11-22
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.warehouse import connect
from extract.amazon.client import (
    AmazonClient,
    SellerConnection,
    from_environment,
    open_client,
)
from extract.amazon.documents import downloaded
from extract.amazon.reports import (
    RETENTION,
    alert_failed_reports,
    list_reports,
    only_fetcher,
    refuse_unfinished,
)
from extract.amazon.worklist import ListedReport, Window, WorkList
from extract.archive import archive_document
from extract.errors import (
    ContractError,
    CredentialError,
    ExtractError,
    TransientError,
)
from extract.records import AMAZON_SETTLEMENT, SourceDocument

logger = logging.getLogger(__name__)

V2 = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
V1 = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE"
# One document may be at fault by itself; so many in a row are an outage. Each has used
# up its attempts by then: going on would only take hours.
_OUTAGES_TO_STOP = 3
_IS_FETCHED = (
    "processing_status = 'DONE' and fetched_at is not null and file_id is not null"
)
_IS_WANTED = """
    processing_status = 'DONE'
    and (fetched_at is null or file_id is null)
    and not (
        report_type = %(v1)s
        and exists (
            select from ops.report_documents as twin
            where twin.account_code = listed.account_code
                and twin.region = listed.region
                and twin.report_type = %(v2)s
                and twin.processing_status = 'DONE'
                and twin.data_start_at = listed.data_start_at
                and twin.data_end_at = listed.data_end_at
                and twin.marketplace_ids = listed.marketplace_ids
        )
    )
"""


@dataclass(frozen=True)
class FetchSummary:
    """What a run did; `failed` are not in.

    The rest of `listed` are cancelled and FATAL reports, and V1 reports that a V2
    report stands for.
    """

    listed: int
    fetched: int
    already_known: int
    failed: int


def fetch_settlements(
    connection: SellerConnection, window_start: datetime, window_end: datetime
) -> FetchSummary:
    """Bring the settlement reports created in [window_start, window_end) in.

    Waits while another process fetches for the same account and region.

    Raises:
        TransientError: Amazon did not answer, for the listing or for some documents,
            or is still making some reports.
            What came is kept: run the window again.
        CredentialError: Amazon refuses the credentials or a role is missing.
        ExtractError: documents that cannot be taken, each named; all others are in.
    """
    window = Window(AMAZON_SETTLEMENT, (V2, V1), window_start, window_end)
    with (
        connect("loader", autocommit=True) as ledger,
        open_client(connection) as client,
    ):
        work = WorkList(ledger, connection, window)
        with only_fetcher(ledger, connection):
            _fetch_late(client, work)
            list_reports(client, work)
            alert_failed_reports(client, work)
            summary = _fetch_wanted(client, work)
        refuse_unfinished(work, connection)
        return summary


def _fetch_late(client: AmazonClient, work: WorkList) -> None:
    """Take in older reports that Amazon was still making when their window was listed.

    Status and document are committed together: what fails is asked for again next time.
    """
    for report_id, created_at in work.unfinished_before(datetime.now(UTC) - RETENTION):
        next_moment = created_at + timedelta(microseconds=1)
        window = Window(AMAZON_SETTLEMENT, (V2, V1), created_at, next_moment)
        late = WorkList(work.ledger, client.connection, window)
        try:
            with work.ledger.transaction():
                late.store_report(client.report(report_id))
                alert_failed_reports(client, late)
                _fetch_wanted(client, late)
        except CredentialError:
            raise
        except ExtractError as error:
            logger.warning("late report %s: %s", report_id, error)


def _fetch_wanted(client: AmazonClient, work: WorkList) -> FetchSummary:
    already_known = len(work.select(_IS_FETCHED))
    wanted = work.select(_IS_WANTED, v1=V1, v2=V2)
    faults: dict[str, ExtractError] = {}
    fetched = outages_in_a_row = 0
    for report in wanted:
        try:
            _fetch(client, work, report)
            fetched, outages_in_a_row = fetched + 1, 0
        except CredentialError:
            raise  # the next report would be refused as well
        except ExtractError as error:
            logger.warning("report %s: %s", report.report_id, error)
            faults[report.report_id] = error
            outages_in_a_row += isinstance(error, TransientError)
            if outages_in_a_row == _OUTAGES_TO_STOP:
                break
    summary = FetchSummary(
        listed=len(work.select("true")),
        fetched=fetched,
        already_known=already_known,
        failed=len(wanted) - fetched,
    )
    logger.info("%s: %s", client.connection.seller, summary)
    if faults:
        _raise_for(client.connection, summary, faults)
    return summary


def _fetch(client: AmazonClient, work: WorkList, report: ListedReport) -> None:
    if report.document_id is None:
        raise ContractError(
            "report_listing",
            f"Report {report.report_id} is DONE but names no document.",
            feed=AMAZON_SETTLEMENT,
        )
    with downloaded(client, report.report_id, report.document_id) as document:
        if document.damage:
            logger.warning(
                "report %s is archived damaged: %s", report.report_id, document.damage
            )
        seller = client.connection
        with work.ledger.transaction():
            archived = archive_document(
                work.ledger,
                SourceDocument(
                    path=document.path,
                    original_name=report.document_id,
                    source="amazon",
                    authority="official_api",
                    feed=AMAZON_SETTLEMENT,
                    account_code=seller.account_code,
                    region=seller.region,
                    marketplace_ids=tuple(report.marketplace_ids),
                    report_type=report.report_type,
                    report_id=report.report_id,
                    document_id=report.document_id,
                    window_start_at=report.data_start_at,
                    window_end_at=report.data_end_at,
                ),
            )
            is_whole = document.damage is None
            work.mark(report.report_id, archived.file_id, is_done=is_whole)


def _raise_for(
    seller: SellerConnection, summary: FetchSummary, faults: dict[str, ExtractError]
) -> None:
    told = "; ".join(f"report {name}: {fault}" for name, fault in faults.items())
    is_transient = any(isinstance(fault, TransientError) for fault in faults.values())
    kind = TransientError if is_transient else ExtractError
    raise kind(
        f"{AMAZON_SETTLEMENT} of {seller.seller}: {summary.failed} of "
        f"{summary.fetched + summary.failed} documents are not in. {told}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch one window from the command line; 0 when all of it is in."""
    parser = argparse.ArgumentParser(prog="python -m extract.amazon.settlements")
    parser.add_argument("--account", required=True, help="account code of company.yml")
    parser.add_argument("--region", required=True, choices=("NA", "EU", "FE"))
    parser.add_argument("--from", dest="start", required=True, type=_utc_day)
    parser.add_argument("--to", dest="end", required=True, type=_utc_day)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        connection = from_environment(options.account, options.region)
        summary = fetch_settlements(connection, options.start, options.end)
    except ExtractError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"listed {summary.listed}, fetched {summary.fetched}, "
        f"known before {summary.already_known}"
    )
    return 0


def _utc_day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
