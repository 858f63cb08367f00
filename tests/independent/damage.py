"""Ways to damage books, and the statement of each proof that must notice.

Damage comes alone, and as somebody careful would do it: mart and reports changed
alike, so that all sums still tie.
"""

from __future__ import annotations

from dataclasses import dataclass

_LINES = "marts.fct_settlement_lines"
_REPORT = "reports.profit_by_sku_month"
_ONE = (
    f"(select min(settlement_line_key) from {_LINES} "
    "where bucket = 'referral_fees' and amount <> 0 and currency_code = 'USD')"
)
_AND_REPORTS = f"""
    update {_REPORT} set other_fees_amount = other_fees_amount + referral_fees_amount,
        base_other_fees_amount = base_other_fees_amount + base_referral_fees_amount,
        referral_fees_amount = 0, base_referral_fees_amount = 0;
"""
_IN_MART = "an amount stands in the mart once"
_IN_REPORT = "the profit report holds the lines' money"
_ONCE_UNCHANGED = "each delivered amount stands in the mart once, unchanged"
_AT_RATE = "each amount is converted at the rate delivered for its day"


@dataclass(frozen=True)
class Damage:
    """SQL that does it, and what each of the two proofs says."""

    sql: str
    by_bytes: str
    by_verify: str


DAMAGES = {
    "a line dropped": Damage(
        f"delete from {_LINES} where settlement_line_key = {_ONE}",
        _IN_MART,
        _ONCE_UNCHANGED,
    ),
    "a line doubled": Damage(
        f"insert into {_LINES} select * from {_LINES} "
        f"where settlement_line_key = {_ONE}",
        _IN_MART,
        _ONCE_UNCHANGED,
    ),
    "a line invented": Damage(
        f"insert into {_LINES} select (jsonb_populate_record(line, jsonb_build_object("
        "'settlement_line_key', 'x', 'source_line_number', 999999, 'amount', 0, "
        f"'base_amount', 0))).* from {_LINES} as line "
        f"where settlement_line_key = {_ONE}",
        "an amount of the mart is in a file",
        _ONCE_UNCHANGED,
    ),
    "a cent changed": Damage(
        f"update {_LINES} set amount = amount + 0.01 "
        f"where settlement_line_key = {_ONE}",
        "the mart has the amount of the bytes",
        _ONCE_UNCHANGED,
    ),
    "a cent moved between two lines of a store and bucket": Damage(
        f"""
        with two as (
            select min(settlement_line_key) as one, max(settlement_line_key) as other
            from {_LINES} where bucket = 'referral_fees' and currency_code = 'USD'
            group by sku, posted_on having count(*) > 1 limit 1
        )
        update {_LINES} set amount = amount
            + case settlement_line_key when one then 0.01 else -0.01 end,
            base_amount = base_amount + round(fx_rate
            * case settlement_line_key when one then 0.01 else -0.01 end, 4)
        from two where settlement_line_key in (one, other)
        """,
        "the mart has the amount of the bytes",
        _ONCE_UNCHANGED,
    ),
    "a line moved to another bucket": Damage(
        f"update {_LINES} set bucket = 'other_fees' where settlement_line_key = {_ONE}",
        "the mart has the bucket of the bytes",
        "each line stands in the one bucket that the rules give it",
    ),
    "a bucket moved to another, reports alike": Damage(
        f"update {_LINES} set bucket = 'other_fees' where bucket = 'referral_fees';"
        f"{_AND_REPORTS}",
        "the mart has the bucket of the bytes",
        "each line stands in the one bucket that the rules give it",
    ),
    "a line moved to another triple of its bucket": Damage(
        f"update {_LINES} set transaction_type = 'Refund' "
        f"where settlement_line_key = {_ONE}",
        "the mart has the transaction_type of the bytes",
        _ONCE_UNCHANGED,
    ),
    "a rate altered": Damage(
        f"update {_LINES} set fx_rate = fx_rate * 2 where settlement_line_key = {_ONE}",
        "the mart has the fx_rate of the bytes",
        _AT_RATE,
    ),
    "a rate altered, its amount alike": Damage(
        f"update {_LINES} set fx_rate = fx_rate + 0.5, "
        f"base_amount = round(amount * (fx_rate + 0.5), 4) "
        f"where settlement_line_key = {_ONE}",
        "the mart has the base_amount of the bytes",
        _AT_RATE,
    ),
    "the rate of another day": Damage(
        f"update {_LINES} set fx_rate_date = fx_rate_date - 1 "
        f"where settlement_line_key = {_ONE}",
        "the mart has the fx_rate_date of the bytes",
        _AT_RATE,
    ),
    "a report's cent": Damage(
        f"update {_REPORT} set total_amount = total_amount + 0.01 "
        f"where ctid = (select min(ctid) from {_REPORT})",
        _IN_REPORT,
        "published profit holds the lines' money, cell by cell",
    ),
    "a report's cent in another bucket": Damage(
        f"update {_REPORT} set product_sales_amount = product_sales_amount + 0.01, "
        "refunds_amount = refunds_amount - 0.01 "
        f"where ctid = (select min(ctid) from {_REPORT})",
        _IN_REPORT,
        "each bucket's column of published profit holds that bucket's lines",
    ),
    "a cent of the buckets' report": Damage(
        "update reports.profit_by_bucket set amount = amount + 0.01 where ctid = "
        "(select min(ctid) from reports.profit_by_bucket)",
        "the buckets' report holds the lines' money",
        "no report changed since it was published",
    ),
    "a report's row dropped": Damage(
        f"delete from {_REPORT} where ctid = (select min(ctid) from {_REPORT})",
        _IN_REPORT,
        "published profit holds the lines' money, cell by cell",
    ),
    "a settlement's declared total": Damage(
        "update marts.fct_settlements set "
        "declared_total_amount = declared_total_amount + 1 where batch_id = "
        "(select min(batch_id) from marts.fct_settlements)",
        "the mart has the declared_total_amount of the bytes",
        "settlements of the mart say what their header rows declare",
    ),
    "a published settlement": Damage(
        "update reports.settlement_reconciliation set "
        "lines_total_amount = lines_total_amount + 1 where source_file_id = "
        "(select min(source_file_id) from marts.fct_settlements)",
        "the reconciliation says what the file says",
        "published settlements say what the delivered ones declare",
    ),
    "a published name": Damage(
        "update reports.unclassified_lines set amount_type = amount_type || '!'",
        "",  # no money moved
        "no report changed since it was published",
    ),
    "a settlement taken out of the books": Damage(
        "delete from ops.visible_batches where feed = 'amazon_settlement' and batch_id "
        "= (select min(batch_id) from marts.fct_settlements)",
        "an accepted file is in the books",
        _ONCE_UNCHANGED,
    ),
    "a delivered amount, in raw and mart alike": Damage(
        f"""
        update raw.amazon_settlement_v2 as raw set amount = '1.00'
        from {_LINES} as line where raw._file_id = line.source_file_id
            and raw._line_number = line.source_line_number
            and settlement_line_key = {_ONE};
        update {_LINES} set amount = 1 where settlement_line_key = {_ONE}
        """,
        "the mart has the amount of the bytes",
        "each amount is converted at the rate that is logged beside it",
    ),
}
