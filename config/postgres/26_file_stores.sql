-- The store of a settlement file that is not in the books: one rule for the live view of
-- open files and for dbt (int_finance__settlements_outside), so that both name the same.
-- Run as owner.
--
-- A file may speak of its store in five ways, the strongest first:
--   1 its lines name stores with its currency
--   2 its lines name stores with another currency
--   3 Amazon listed it under stores with its currency
--   4 company.yml gives the account stores with its currency
--   5 there are stores with its currency at all
-- The strongest way that says anything decides. Where it says more than one store, the
-- store is not known: a guess would show the file to people of another store.
create or replace view ops.file_stores as
with open_batches as (
    select
        batch.batch_id,
        file.account_code,
        file.marketplace_ids,
        profile.currency_code,
        profile.marketplace_names
    from ops.load_batches as batch
    inner join ops.source_files as file on file.file_id = batch.file_id
    inner join ops.settlement_profiles as profile on profile.batch_id = batch.batch_id
    left join ops.visible_batches as booked on booked.batch_id = batch.batch_id
    where batch.status <> 'superseded'
        and booked.batch_id is null
        and file.account_code is not null
),

-- Every account has every store front; one that left company.yml has them as well.
marketplaces as (
    select marketplace_code, marketplace_id, settlement_name, currency_code
    from ops.stores
    where marketplace_code is not null
    group by marketplace_code, marketplace_id, settlement_name, currency_code
),

evidence as (
    select
        batch.batch_id,
        marketplace.marketplace_code,
        marketplace.currency_code = batch.currency_code as has_currency,
        marketplace.marketplace_id = any(batch.marketplace_ids) as is_listed,
        coalesce(store.is_configured, false) as is_configured,
        exists (
            select from unnest(batch.marketplace_names) as given (name)
            where lower(trim(given.name)) in (
                lower(marketplace.settlement_name),
                'non-amazon ' || lower(marketplace.marketplace_code)
            )
        ) as is_named
    from open_batches as batch
    cross join marketplaces as marketplace
    left join ops.stores as store
        on store.account_code = batch.account_code
        and store.marketplace_code = marketplace.marketplace_code
),

-- Ways are counted over all stores: a store that speaks in two ways counts in both.
said as (
    select
        evidence.batch_id,
        way.rank,
        min(evidence.marketplace_code) as marketplace_code,
        count(*) as store_count
    from evidence
    inner join lateral (
        values
            (1, evidence.is_named and evidence.has_currency),
            (2, evidence.is_named),
            (3, evidence.is_listed and evidence.has_currency),
            (4, evidence.is_configured and evidence.has_currency),
            (5, evidence.has_currency)
    ) as way (rank, is_so) on way.is_so
    group by evidence.batch_id, way.rank
),

strongest as (
    select distinct on (batch_id) batch_id, marketplace_code, store_count
    from said
    order by batch_id, rank
)

select batch_id, marketplace_code
from strongest
where store_count = 1;
comment on view ops.file_stores is
    'One row per settlement file outside the books whose store is known.';
