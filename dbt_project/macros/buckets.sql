{# The buckets, each a column of the profit report. The seed `buckets` says the same; a
   test holds the two together (assert_bucket_columns_are_the_seeds_buckets). #}
{% macro profit_buckets() -%}
    {{ return([
        'product_sales', 'shipping_income', 'other_income', 'promotions', 'refunds',
        'referral_fees', 'fulfillment_fees', 'storage_fees', 'advertising', 'other_fees',
        'reimbursements', 'claims', 'liquidations', 'unclassified',
    ]) }}
{%- endmacro %}

{% macro other_buckets() -%}
    {{ return(['tax_collected', 'tax_withheld', 'reserves', 'cash_movements']) }}
{%- endmacro %}

{# `a_amount + b_amount + ...` over buckets; `prefix` is '' or 'base_'. #}
{% macro sum_of_buckets(buckets, prefix='') -%}
{%- for bucket in buckets -%}
{{ prefix }}{{ bucket }}_amount{{ ' + ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}
