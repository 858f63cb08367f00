{# Sum of one bucket's amounts within a group; 0 where there are none. #}
{% macro bucket_sum(amount, bucket) -%}
cast(coalesce(sum(case when bucket = '{{ bucket }}' then {{ amount }} end), 0) as numeric(18, 4))
{%- endmacro %}
