with batches as (
    select * from {{ ref('int_finance__settlement_batches') }}
),

chain as (
    select * from {{ ref('int_finance__settlement_chain') }}
),

totals as (
    select * from {{ ref('int_finance__settlement_totals') }}
),

final as (
    select
        batches.settlement_id,
        batches.account_code,
        batches.marketplace_code,
        batches.currency_code,
        batches.period_start_at,
        batches.period_end_at,
        batches.deposit_date,
        batches.declared_total_amount,
        cast(coalesce(totals.lines_total_amount, 0) as numeric(18, 4)) as lines_total_amount,
        cast(
            batches.declared_total_amount - coalesce(totals.lines_total_amount, 0)
            as numeric(18, 4)
        ) as residual_amount,
        coalesce(totals.line_count, 0) as line_count,
        cast(chain.previous_reserve_amount as numeric(18, 4)) as previous_reserve_amount,
        cast(chain.current_reserve_amount as numeric(18, 4)) as current_reserve_amount,
        chain.previous_settlement_id,
        chain.is_gap_before,
        chain.gap_start_at,
        chain.gap_end_at,
        chain.reserve_chain_status,
        batches.source_file_id,
        batches.source_line_number,
        batches.known_at,
        batches.batch_id,
        chain.reserve_break_amount,
        totals.base_lines_total_amount,
        coalesce(totals.unclassified_line_count, 0) as unclassified_line_count,
        cast(coalesce(totals.unclassified_amount, 0) as numeric(18, 4))
            as unclassified_amount
    from batches
    inner join chain on chain.batch_id = batches.batch_id
    left join totals on totals.batch_id = batches.batch_id
)

select * from final
