{# An amount in base currency, or null where a line of the group has no rate. #}
{% macro converted(amount) -%}
cast(case when unconverted_line_count = 0 then {{ amount }} end as numeric(18, 4))
{%- endmacro %}
