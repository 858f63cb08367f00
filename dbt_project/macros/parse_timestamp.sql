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

{# Text of the style iso is taken as it is. Gate A let only dates through whose signs are
   the style's (expectations/sql_values.py); one with all its digits is read by position,
   others are padded first. #}
{% macro iso_text(text, style) -%}
case {{ style }}
            when 'iso' then {{ text }}
            when 'ymd_slash' then case
                when {{ is_whole_date(text, '____s__s__') }} then replace({{ text }}, '/', '-')
                else replace({{ padded_date(text) }}, '/', '-')
            end
            when 'mdy_slash' then case
                when {{ is_whole_date(text, '__s__s____') }} then {{ year_first(text, 4, 1) }}
                else {{ year_first(padded_date(text), 4, 1) }}
            end
            else case
                when {{ is_whole_date(text, '__s__s____') }} then {{ year_first(text, 1, 4) }}
                else {{ year_first(padded_date(text), 1, 4) }}
            end
        end
{%- endmacro %}

{# Whether the date has all its digits and its signs (`s`) at their places, and a time of
   day begins with two digits. Most texts fit the first pattern tried. #}
{% macro is_whole_date(text, shape) -%}
(
                    {%- for end in [' __:%', ''] %}{% for sign in ['.', '/', '-'] %}
                    {{ text }} like '{{ shape | replace('s', sign) }}{{ end }}'
                    {{- ' or' if not (loop.last and end == '') }}
                    {%- endfor %}{% endfor %}
                )
{%- endmacro %}

{# Places of day and month, of two digits each. #}
{% macro year_first(text, day, month) -%}
substr({{ text }}, 7, 4) || '-' || substr({{ text }}, {{ month }}, 2) || '-'
                || substr({{ text }}, {{ day }}, 2) || substr({{ text }}, 11)
{%- endmacro %}

{# Two digits for day, month and hour, and four for the year, as gate A pads them. #}
{% macro padded_date(text) -%}
    {%- set steps = [
        ('^(\\d)([./-])', '0\\1\\2'),
        ('^(\\d+[./-])(\\d)([./-])', '\\10\\2\\3'),
        ('^(\\d\\d\\d\\d/\\d\\d/)(\\d)($|[ T])', '\\10\\2\\3'),
        ('^(\\d\\d[./-]\\d\\d[./-])(\\d\\d)($|[ T])', '\\120\\2\\3'),
        ('^([0-9./-]+[ T])(\\d)([^0-9 ])', '\\10\\2\\3'),
    ] -%}
    {%- set padded = namespace(text=text) -%}
    {%- for pattern, replacement in steps -%}
        {%- set padded.text
            = "regexp_replace(" ~ padded.text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "')" -%}
    {%- endfor -%}
    {{- padded.text -}}
{%- endmacro %}

{% macro timestamp_type() -%}
    {{ return(adapter.dispatch('timestamp_type')()) }}
{%- endmacro %}

{% macro postgres__timestamp_type() -%}timestamp with time zone{%- endmacro %}
