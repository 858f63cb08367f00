{{ config(
    indexes=[{'columns': ['batch_id'], 'unique': true}],
    post_hook=["analyze {{ this }}"],
) }}

-- What the lines of a settlement have in common, and `rules_key`: a hash of every bucket,
-- rate and store that its lines can get. Where the key of the lines in the mart differs,
-- one of them has changed since, and exactly those batches are written again.
with headers as (
    select * from {{ ref('int_finance__settlement_headers') }}
),

groups as (
    select * from {{ ref('int_finance__settlement_line_groups') }}
),

line_buckets as (
    select * from {{ ref('int_finance__line_buckets') }}
),

rates as (
    select * from {{ ref('int_finance__fx_rates_daily') }}
),

marketplaces as (
    select * from {{ ref('marketplaces') }}
),

-- The store of rows that name none (reserves, subscription): the one that most lines of
-- the settlement name; else the one Amazon listed the file under; else the only one of
-- the account that other settlements in this currency have; else the only one with the
-- currency at all. A quiet fortnight names no store, and five stores share EUR.
named_stores as (
    select
        groups.batch_id,
        names.marketplace_code,
        row_number() over (
            partition by groups.batch_id
            order by sum(groups.line_count) desc, names.marketplace_code
        ) as most_named_first
    from groups
    inner join {{ ref('int_finance__marketplace_names') }} as names
        on names.marketplace_name = groups.marketplace_name
    where names.marketplace_code <> 'UNKNOWN'
    group by groups.batch_id, names.marketplace_code
),

listed_stores as (
    select
        headers.batch_id,
        min(marketplaces.marketplace_code) as marketplace_code
    from headers
    inner join {{ ref('stg_ops__settlement_batches') }} as files
        on files.batch_id = headers.batch_id
    cross join {{ unnested_names('files.marketplace_ids') }}
    inner join marketplaces
        on
            marketplaces.marketplace_id = names.name
            and marketplaces.currency_code = headers.currency_code
    group by headers.batch_id
    having count(distinct marketplaces.marketplace_code) = 1
),

known_stores as (
    select
        headers.batch_id,
        headers.account_code,
        headers.currency_code,
        coalesce(
            named_stores.marketplace_code, listed_stores.marketplace_code
        ) as marketplace_code
    from headers
    left join named_stores
        on named_stores.batch_id = headers.batch_id and named_stores.most_named_first = 1
    left join listed_stores on listed_stores.batch_id = headers.batch_id
),

account_stores as (
    select
        account_code,
        currency_code,
        min(marketplace_code) as marketplace_code
    from known_stores
    group by account_code, currency_code
    having count(distinct marketplace_code) = 1
),

currency_stores as (
    select
        currency_code,
        min(marketplace_code) as marketplace_code
    from marketplaces
    group by currency_code
    having count(*) = 1
),

stores as (
    select
        known_stores.batch_id,
        coalesce(
            known_stores.marketplace_code,
            account_stores.marketplace_code,
            currency_stores.marketplace_code,
            'UNKNOWN'
        ) as marketplace_code
    from known_stores
    left join account_stores
        on
            account_stores.account_code = known_stores.account_code
            and account_stores.currency_code = known_stores.currency_code
    left join currency_stores
        on currency_stores.currency_code = known_stores.currency_code
),

days as (
    select
        batch_id,
        min(first_posted_day) as first_posted_day,
        max(last_posted_day) as last_posted_day
    from groups
    group by batch_id
),

triples as (
    select
        batch_id,
        transaction_type,
        amount_type,
        amount_description
    from groups
    group by batch_id, transaction_type, amount_type, amount_description
),

bucket_versions as (
    select
        triples.batch_id,
        {{ joined_text(
            "coalesce(line_buckets.bucket || '@' || cast(line_buckets.valid_from as "
            ~ dbt.type_string() ~ "), 'none')",
            "triples.transaction_type, triples.amount_type, triples.amount_description, "
            ~ "line_buckets.valid_from",
        ) }} as version
    from triples
    left join line_buckets
        on
            line_buckets.transaction_type = triples.transaction_type
            and line_buckets.amount_type = triples.amount_type
            and line_buckets.amount_description = triples.amount_description
    group by triples.batch_id
),

-- Groups hold days as delivered (UTC); the report zone may be a day off either way.
rate_versions as (
    select
        headers.batch_id,
        {{ joined_text(
            "cast(rates.posted_on as " ~ dbt.type_string() ~ ") || '=' || "
            ~ "cast(rates.fx_rate as " ~ dbt.type_string() ~ ") || '@' || "
            ~ "cast(rates.fx_rate_date as " ~ dbt.type_string() ~ ")",
            "rates.posted_on",
        ) }} as version
    from headers
    inner join days on days.batch_id = headers.batch_id
    inner join rates
        on
            rates.currency_code = headers.currency_code
            and rates.posted_on
            between {{ dbt.dateadd('day', -1, 'days.first_posted_day') }}
            and {{ dbt.dateadd('day', 1, 'days.last_posted_day') }}
    group by headers.batch_id
),

final as (
    select
        headers.batch_id,
        headers.settlement_id,
        headers.account_code,
        stores.marketplace_code,
        headers.currency_code,
        headers.currency_code = '{{ var("base_currency") }}' as is_base_currency,
        headers.declared_total_amount,
        headers.period_start_at,
        headers.period_end_at,
        headers.deposit_date,
        {{ row_hash(
            "coalesce(bucket_versions.version, '') || '|' || "
            ~ "coalesce(rate_versions.version, '') || '|' || stores.marketplace_code"
        ) }} as rules_key,
        headers.source_file_id,
        headers.source_line_number,
        headers.known_at
    from headers
    inner join stores on stores.batch_id = headers.batch_id
    left join bucket_versions on bucket_versions.batch_id = headers.batch_id
    left join rate_versions on rate_versions.batch_id = headers.batch_id
)

select * from final
