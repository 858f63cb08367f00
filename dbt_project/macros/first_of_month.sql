{# The first day of a date's month. By way of a timestamp without zone: a date alone would
   go by way of one with a zone, which costs more. #}
{% macro first_of_month(day) -%}
cast({{ dbt.date_trunc('month', "cast(" ~ day ~ " as timestamp)") }} as date)
{%- endmacro %}
