{# Delivered text as an instant (UTC). The style says the order of day, month and year;
   time and zone follow as delivered. Without a zone it is UTC, as Amazon documents:
   sessions of dbt run in UTC (deliver/dbt.py sets it). #}
{% macro parse_timestamp(text, style) -%}
cast({{ iso_text(text, style) }} as {{ timestamp_type() }})
{%- endmacro %}

{# The calendar day that the text begins with. #}
{% macro parse_day(text, style) -%}
cast(substr({{ iso_text(text, style) }}, 1, 10) as date)
{%- endmacro %}

{% macro iso_text(text, style) -%}
case {{ style }}
            when 'iso' then {{ text }}
            when 'ymd_slash' then replace({{ text }}, '/', '-')
            when 'mdy_slash' then
                substr({{ text }}, 7, 4) || '-' || substr({{ text }}, 1, 2) || '-'
                || substr({{ text }}, 4, 2) || substr({{ text }}, 11)
            else
                substr({{ text }}, 7, 4) || '-' || substr({{ text }}, 4, 2) || '-'
                || substr({{ text }}, 1, 2) || substr({{ text }}, 11)
        end
{%- endmacro %}

{% macro timestamp_type() -%}
    {{ return(adapter.dispatch('timestamp_type')()) }}
{%- endmacro %}

{% macro postgres__timestamp_type() -%}timestamp with time zone{%- endmacro %}
