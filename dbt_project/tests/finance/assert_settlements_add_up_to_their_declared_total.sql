-- Rule: the lines of a settlement in the books add up to the total that Amazon declares,
-- to the cent. Why: that total is the bank deposit. When it fails: the file passed gate A
-- and changed on its way into the mart; do not publish. Files that a person released in
-- spite of a difference are left out: the reconciliation shows them.
with settlements as (
    select * from {{ ref('fct_settlements') }}
),

batches as (
    select * from {{ ref('stg_ops__settlement_batches') }}
)

select
    settlements.settlement_id,
    settlements.declared_total_amount,
    settlements.lines_total_amount,
    settlements.residual_amount
from settlements
inner join batches on batches.batch_id = settlements.batch_id
where settlements.residual_amount <> 0 and batches.status <> 'released'
