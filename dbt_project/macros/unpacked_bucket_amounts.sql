{# One row per bucket of a row of the profit report, as `amounts`: bucket, amount,
   base_amount. Read in one pass: a union of eighteen selects would read it eighteen
   times. #}
{% macro unpacked_bucket_amounts(row) -%}
    {{ return(adapter.dispatch('unpacked_bucket_amounts')(row)) }}
{%- endmacro %}

{% macro postgres__unpacked_bucket_amounts(row) -%}
lateral (
        values
        {%- for bucket in profit_buckets() + other_buckets() %}
        ('{{ bucket }}', {{ row }}.{{ bucket }}_amount, {{ row }}.base_{{ bucket }}_amount)
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as amounts (bucket, amount, base_amount)
{%- endmacro %}
