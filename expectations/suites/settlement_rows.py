"""The rows that settlement rules judge: one per file, its profile and its account."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from config.company import Company
from config.marketplaces import marketplaces


def settlement_rows(batch_ids: Sequence[int], company: Company) -> sql.Composed:
    """Profiles of these batches with their account and the names of its stores."""
    stores = {
        account.code: [
            marketplaces()[code].settlement_name.lower()
            for code in account.marketplaces
        ]
        for account in company.accounts
    }
    account_stores = sql.SQL(", ").join(
        sql.SQL("({}, cast({} as text[]))").format(code, names)
        for code, names in stores.items()
    )
    return sql.SQL(
        """
        select
            profile.*,
            batch.raw_table,
            file.account_code,
            store.account_code is not null as is_account_known,
            cast({longest_days} as integer) as longest_days,
            cast(findings -> 'posted_first' ->> 'at' as timestamptz) as posted_first_at,
            cast(findings -> 'posted_last' ->> 'at' as timestamptz) as posted_last_at,
            (
                -- Non-Amazon: multi-channel orders, legitimate in any account.
                select string_agg(name, ', ' order by name)
                from unnest(profile.marketplace_names) as name
                where not lower(rtrim(name)) = any(store.names)
                    and left(lower(name), 10) <> 'non-amazon'
            ) as foreign_marketplaces
        from ops.settlement_profiles as profile
        inner join ops.load_batches as batch on batch.batch_id = profile.batch_id
        inner join ops.source_files as file on file.file_id = batch.file_id
        left join (values {account_stores}) as store (account_code, names)
            on store.account_code = file.account_code
        where profile.batch_id = any(cast({batch_ids} as bigint[]))
        """
    ).format(
        longest_days=company.thresholds.settlement_longest_days,
        account_stores=account_stores,
        batch_ids=list(batch_ids),
    )
