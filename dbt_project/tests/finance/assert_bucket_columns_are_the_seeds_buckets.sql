-- Rule: the report's columns are the buckets of the seed, profit and not alike. Why: a
-- bucket without a column would drop out of profit. When it fails: change the macros in
-- macros/buckets.sql and the seed buckets together.
with columns as (
    {%- for bucket in profit_buckets() %}
    select '{{ bucket }}' as bucket, true as is_profit union all
    {%- endfor %}
    {%- for bucket in other_buckets() %}
    select '{{ bucket }}' as bucket, false as is_profit {{ 'union all' if not loop.last }}
    {%- endfor %}
),

buckets as (
    select bucket, is_profit from {{ ref('buckets') }}
)

select
    columns.bucket as column_bucket,
    buckets.bucket as seed_bucket
from columns
full join buckets
    on buckets.bucket = columns.bucket and buckets.is_profit = columns.is_profit
where columns.bucket is null or buckets.bucket is null
