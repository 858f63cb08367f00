-- Who follows whom: settlements of one account, store and currency in order of time. What
-- one holds back at its end (current reserve, negative) the next gives back at its start
-- (previous reserve, positive): the two add up to 0. Settlements outside the books keep
-- their place, so that a quarantined one is not taken for a missing one; no reserve can be
-- verified across either.
with in_books as (
    select * from {{ ref('int_finance__settlement_batches') }}
),

outside as (
    select * from {{ ref('int_finance__settlements_outside') }}
    where period_start_at is not null and period_end_at is not null
),

totals as (
    select * from {{ ref('int_finance__settlement_totals') }}
),

settlements as (
    select
        in_books.batch_id,
        in_books.settlement_id,
        in_books.account_code,
        in_books.marketplace_code,
        in_books.currency_code,
        in_books.period_start_at,
        in_books.period_end_at,
        true as is_in_books,
        coalesce(totals.previous_reserve_amount, 0) as previous_reserve_amount,
        coalesce(totals.current_reserve_amount, 0) as current_reserve_amount
    from in_books
    left join totals on totals.batch_id = in_books.batch_id
    union all
    select
        batch_id,
        settlement_id,
        account_code,
        marketplace_code,
        currency_code,
        period_start_at,
        period_end_at,
        false as is_in_books,
        null as previous_reserve_amount,
        null as current_reserve_amount
    from outside
),

-- The predecessor ends last before the start. Parallel chains (standard and invoiced
-- orders) end together: then the one whose reserve fits.
predecessors as (
    select
        settlements.batch_id,
        earlier.settlement_id as previous_settlement_id,
        earlier.period_end_at as previous_end_at,
        earlier.is_in_books as is_previous_in_books,
        earlier.current_reserve_amount as held_back_amount,
        row_number() over (
            partition by settlements.batch_id
            order by
                earlier.period_end_at desc,
                case
                    when settlements.previous_reserve_amount + earlier.current_reserve_amount = 0
                        then 0
                    else 1
                end asc,
                earlier.batch_id asc
        ) as latest_first
    from settlements
    inner join settlements as earlier
        on
            earlier.account_code = settlements.account_code
            and earlier.marketplace_code = settlements.marketplace_code
            and earlier.currency_code = settlements.currency_code
            and earlier.period_start_at < settlements.period_start_at
            and earlier.period_end_at <= {{ with_gap_tolerance('settlements.period_start_at') }}
),

linked as (
    select
        settlements.*,
        predecessors.previous_settlement_id,
        predecessors.previous_end_at,
        predecessors.is_previous_in_books,
        settlements.previous_reserve_amount + predecessors.held_back_amount
            as reserve_difference,
        predecessors.batch_id is not null as has_predecessor,
        coalesce(
            settlements.period_start_at > {{ with_gap_tolerance('predecessors.previous_end_at') }},
            false
        ) as is_gap_before
    from settlements
    left join predecessors
        on predecessors.batch_id = settlements.batch_id and predecessors.latest_first = 1
),

final as (
    select
        batch_id,
        settlement_id,
        account_code,
        marketplace_code,
        currency_code,
        period_start_at,
        period_end_at,
        is_in_books,
        previous_reserve_amount,
        current_reserve_amount,
        previous_settlement_id,
        is_gap_before,
        case when is_gap_before then previous_end_at end as gap_start_at,
        case when is_gap_before then period_start_at end as gap_end_at,
        case
            when not has_predecessor then 'first'
            when is_gap_before or not is_previous_in_books or not is_in_books
                then 'unverifiable'
            when reserve_difference = 0 then 'matched'
            else 'broken'
        end as reserve_chain_status,
        cast(
            case
                when not is_gap_before and is_previous_in_books and is_in_books
                    then reserve_difference
            end as numeric(18, 4)
        ) as reserve_break_amount
    from linked
)

select * from final
