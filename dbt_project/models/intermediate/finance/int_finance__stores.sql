-- Accounts that are in the ledger and not (or no longer) in company.yml keep their code as
-- name: their money is in the reports all the same. `-` stands for what is not known, also
-- in the ledger's live views (config/postgres/60_live_views.sql).
with configured_accounts as (
    {%- for account in var('accounts') %}
    select
        {{ text_literal(account.code) }} as account_code,
        {{ text_literal(account.name_en) }} as name_en,
        {{ text_literal(account.name_zh) }} as name_zh
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ledger_accounts as (
    select account_code
    from {{ ref('stg_ops__settlement_batches') }}
    group by account_code
),

labels as (
    select * from {{ ref('labels') }}
    where subject = 'store'
),

accounts as (
    select * from configured_accounts
    union all
    select
        ledger_accounts.account_code,
        ledger_accounts.account_code as name_en,
        ledger_accounts.account_code as name_zh
    from ledger_accounts
    left join configured_accounts
        on configured_accounts.account_code = ledger_accounts.account_code
    where configured_accounts.account_code is null
),

marketplaces as (
    select
        marketplace_code,
        marketplace_code as store_part,
        name_en,
        name_zh
    from {{ ref('marketplaces') }}
    union all
    select
        'UNKNOWN' as marketplace_code,
        value as store_part,
        label_en as name_en,
        label_zh as name_zh
    from labels
    where value = '-'
),

final as (
    select
        accounts.account_code,
        marketplaces.marketplace_code,
        case when accounts.account_code = 'UNKNOWN' then '-' else accounts.account_code end
        || '/' || marketplaces.store_part as store_code,
        case
            when accounts.account_code = 'UNKNOWN' then marketplaces.name_en
            else marketplaces.name_en || ' · ' || accounts.name_en
        end as store_name_en,
        case
            when accounts.account_code = 'UNKNOWN' then marketplaces.name_zh
            else marketplaces.name_zh || ' · ' || accounts.name_zh
        end as store_name_zh
    from accounts
    cross join marketplaces
)

select * from final
