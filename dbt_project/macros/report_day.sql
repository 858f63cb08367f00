{# The day of an instant in the zone that reports are in (company.yml: time_zone). #}
{% macro report_day(instant) -%}
    {{ return(adapter.dispatch('report_day')(instant)) }}
{%- endmacro %}

{% macro postgres__report_day(instant) -%}
cast({{ instant }} at time zone '{{ var("time_zone") }}' as date)
{%- endmacro %}
