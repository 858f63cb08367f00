"""The rows that settlement rules judge: one per file, its profile and its account.

They start from the ledger: a file whose rows are all blank has no profile, and it must
be judged all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from config.company import Company
from config.marketplaces import marketplaces


def settlement_rows(batch_ids: Sequence[int], company: Company) -> sql.Composed:
    """These batches with their profile, account and the names of its stores."""
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
            batch.batch_id,
            batch.raw_table,
            coalesce(profile.header_count, 0) as header_count,
            coalesce(profile.line_count, 0) as line_count,
            profile.currency_code,
            profile.period_start_at,
            profile.period_end_at,
            profile.deposit_at,
            profile.declared_total,
            profile.lines_total,
            profile.findings,
            file.account_code,
            store.account_code is not null as is_account_known,
            cast({longest_days} as integer) as longest_days,
            cast(profile.findings -> 'posted_first' ->> 'at' as timestamptz)
                as posted_first_at,
            cast(profile.findings -> 'posted_last' ->> 'at' as timestamptz)
                as posted_last_at,
            (
                -- Non-Amazon: multi-channel orders, legitimate in any account.
                select string_agg(name, ', ' order by name)
                from unnest(profile.marketplace_names) as name
                where not lower(rtrim(name)) = any(store.names)
                    and left(lower(name), 10) <> 'non-amazon'
            ) as foreign_marketplaces,
            stranger.stores as strangers_stores,
            stranger.accounts as stranger_accounts
        from ops.load_batches as batch
        inner join ops.source_files as file on file.file_id = batch.file_id
        left join ops.settlement_profiles as profile
            on profile.batch_id = batch.batch_id
        left join (values {account_stores}) as store (account_code, names)
            on store.account_code = file.account_code
        left join lateral (
            -- Stores of other accounts, where not one is the account's own.
            select
                string_agg(distinct rtrim(name), ', ') as stores,
                string_agg(distinct other.account_code, ', ') as accounts
            from unnest(profile.marketplace_names) as name
            inner join (values {account_stores}) as other (account_code, names)
                on lower(rtrim(name)) = any(other.names)
            having not bool_or(lower(rtrim(name)) = any(store.names))
        ) as stranger on true
        where batch.batch_id = any(cast({batch_ids} as bigint[]))
        """
    ).format(
        longest_days=company.thresholds.settlement_longest_days,
        account_stores=account_stores,
        batch_ids=list(batch_ids),
    )
