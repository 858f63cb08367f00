{# An instant, later by what still counts as touching (settlement_gap_minutes). #}
{% macro with_gap_tolerance(instant) -%}
{{ dbt.dateadd('minute', var('settlement_gap_minutes'), instant) }}
{%- endmacro %}
