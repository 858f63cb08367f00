-- What finance goes through: every settlement we know of or know to be missing. Ages are
-- counted to the build's as-of, so that the same books give the same report on any day.
with settlements as (
    select * from {{ ref('fct_settlements') }}
),

outside as (
    select * from {{ ref('int_finance__settlements_outside') }}
),

chain as (
    select * from {{ ref('int_finance__settlement_chain') }}
),

stores as (
    select * from {{ ref('int_finance__stores') }}
),

labels as (
    select * from {{ ref('labels') }}
),

as_of as (
    select as_of
    from {{ source('ops', 'builds') }}
    order by build_id desc
    limit 1
),

known as (
    select
        'settlement ' || settlement_id as subject,
        batch_id,
        settlement_id,
        account_code,
        marketplace_code,
        currency_code,
        period_start_at,
        period_end_at,
        case when residual_amount = 0 then 'matched' else 'difference' end as status,
        case
            when residual_amount = 0 and reserve_chain_status = 'broken'
                then
                    'Settlement ' || previous_settlement_id || ' held back '
                    || {{ amount_text('previous_reserve_amount - reserve_break_amount') }}
                    || ' ' || currency_code || ' as reserve; this one gives back '
                    || {{ amount_text('previous_reserve_amount') }} || '.'
        end as reason,
        case
            when residual_amount = 0 and reserve_chain_status = 'broken'
                then
                    '结算单 ' || previous_settlement_id || ' 扣留预留金 '
                    || {{ amount_text('previous_reserve_amount - reserve_break_amount') }}
                    || ' ' || currency_code || '，本单返还 '
                    || {{ amount_text('previous_reserve_amount') }} || '。'
        end as reason_zh
    from settlements
    union all
    select
        coalesce(
            'settlement ' || settlement_id,
            'file ' || cast(source_file_id as {{ dbt.type_string() }})
        ) as subject,
        batch_id,
        settlement_id,
        account_code,
        marketplace_code,
        currency_code,
        period_start_at,
        period_end_at,
        status,
        case when status = 'quarantined' then reason end as reason,
        case when status = 'quarantined' then reason_zh end as reason_zh
    from outside
    union all
    select
        'before batch ' || cast(batch_id as {{ dbt.type_string() }}) as subject,
        cast(null as bigint) as batch_id,
        cast(null as {{ dbt.type_string() }}) as settlement_id,
        account_code,
        marketplace_code,
        currency_code,
        gap_start_at as period_start_at,
        gap_end_at as period_end_at,
        'missing' as status,
        'No settlement covers the time between '
        || coalesce(previous_settlement_id, 'an unreadable file') || ' and '
        || coalesce(settlement_id, 'an unreadable file') || '.' as reason,
        '结算单 ' || coalesce(previous_settlement_id, '（无法读取的文件）') || ' 与 '
        || coalesce(settlement_id, '（无法读取的文件）') || ' 之间的时段没有任何结算单。'
            as reason_zh
    from chain
    where is_gap_before
),

measured as (
    select
        known.*,
        settlements.base_lines_total_amount,
        settlements.previous_reserve_amount,
        settlements.current_reserve_amount,
        settlements.reserve_break_amount,
        settlements.unclassified_line_count,
        settlements.unclassified_amount,
        coalesce(settlements.deposit_date, outside.deposit_date) as deposit_date,
        coalesce(settlements.declared_total_amount, outside.declared_total_amount)
            as declared_total_amount,
        coalesce(settlements.lines_total_amount, outside.lines_total_amount)
            as lines_total_amount,
        coalesce(settlements.source_file_id, outside.source_file_id) as source_file_id,
        coalesce(chain.reserve_chain_status, 'unverifiable') as reserve_chain_status
    from known
    left join settlements on settlements.batch_id = known.batch_id
    left join outside on outside.batch_id = known.batch_id
    left join chain on chain.batch_id = known.batch_id
),

final as (
    select
        measured.settlement_id,
        measured.account_code,
        measured.marketplace_code,
        stores.store_code,
        stores.store_name_en,
        stores.store_name_zh,
        measured.currency_code,
        measured.period_start_at,
        measured.period_end_at,
        measured.deposit_date,
        measured.declared_total_amount,
        measured.lines_total_amount,
        cast(measured.declared_total_amount - measured.lines_total_amount as numeric(18, 4))
            as residual_amount,
        measured.base_lines_total_amount,
        measured.previous_reserve_amount,
        measured.current_reserve_amount,
        measured.reserve_chain_status,
        chain_labels.label_en as reserve_chain_status_en,
        chain_labels.label_zh as reserve_chain_status_zh,
        measured.reserve_break_amount,
        measured.unclassified_line_count,
        measured.unclassified_amount,
        measured.status,
        status_labels.label_en as status_en,
        status_labels.label_zh as status_zh,
        coalesce(measured.reason, reason_labels.label_en) as reason,
        coalesce(measured.reason_zh, reason_labels.label_zh) as reason_zh,
        cast(
            {{ dbt.datediff('measured.period_end_at', 'as_of.as_of', 'day') }} as integer
        ) as age_days,
        measured.source_file_id,
        as_of.as_of,
        measured.subject
    from measured
    cross join as_of
    left join stores
        on
            stores.account_code = measured.account_code
            and stores.marketplace_code = measured.marketplace_code
    left join labels as status_labels
        on
            status_labels.subject = 'settlement_status'
            and status_labels.value = measured.status
    left join labels as chain_labels
        on
            chain_labels.subject = 'reserve_chain_status'
            and chain_labels.value = measured.reserve_chain_status
    -- Reasons that are the same for every row of a status.
    left join labels as reason_labels
        on
            reason_labels.subject = 'settlement_reason'
            and reason_labels.value = measured.status
)

select * from final
