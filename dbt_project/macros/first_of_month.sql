{# The first day of a date's month. By way of a timestamp without zone: dbt's date_trunc
   goes by way of one with a zone, which takes three times as long. #}
{% macro first_of_month(day) -%}
cast({{ dbt.date_trunc('month', "cast(" ~ day ~ " as timestamp)") }} as date)
{%- endmacro %}
