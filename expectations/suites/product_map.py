"""Gate A for the product map: seller SKU to product, kept by the company."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from config.company import Company
from expectations.rules import Rule
from expectations.suites.suite import FeedSuite


def _rows(batch_ids: Sequence[int], company: Company) -> sql.Composed:
    # A file without lines gives one row without a line number.
    return sql.SQL(
        """
        select
            batch.batch_id,
            raw_row._line_number as line_number,
            raw_row.account_code,
            raw_row.sku,
            raw_row.product_code,
            raw_row.account_code = any(cast({accounts} as text[])) as is_account_known,
            row_number() over (
                partition by batch.batch_id, raw_row.account_code, raw_row.sku
                order by raw_row._line_number
            ) as times_mapped
        from ops.load_batches as batch
        left join raw.manual_product_map as raw_row
            on raw_row._file_id = batch.file_id
        where batch.batch_id = any(cast({batch_ids} as bigint[]))
        """
    ).format(
        accounts=[account.code for account in company.accounts],
        batch_ids=list(batch_ids),
    )


def _filled(column: str, why: str) -> Rule:
    return Rule(
        check_name=f"{column}_is_filled",
        why=why,
        fault=f"line_number is not null and btrim(coalesce({column}, '')) = ''",
        line="line_number",
        expected=f"'a {column}'",
        observed="'nothing'",
    )


MANUAL_PRODUCT_MAP = FeedSuite(
    name="manual_product_map",
    rows=_rows,
    rules=(
        Rule(
            check_name="products_are_there",
            why="A map without lines would unmap every product.",
            fault="line_number is null",
            expected="'at least one product'",
            observed="'none'",
        ),
        _filled("sku", "The SKU is what settlement lines name."),
        _filled("product_code", "The product is what reports group by."),
        Rule(
            check_name="account_is_configured",
            why="A map for an account that company.yml does not list maps nothing.",
            fault="line_number is not null and is_account_known is not true",
            line="line_number",
            expected="'an account from company.yml'",
            observed="coalesce(account_code, 'nothing')",
        ),
        Rule(
            check_name="skus_are_single",
            why="Two products for one SKU would count its sales twice.",
            fault="sku is not null and times_mapped > 1",
            line="line_number",
            expected="'one line per account and SKU'",
            observed="account_code || ' ' || sku || ' again'",
        ),
    ),
)
