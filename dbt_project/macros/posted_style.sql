{# The style of a V2 line's posting time. The time has a column of its own; a line
   without it falls back to the day, whose style may be another. #}
{% macro posted_style() -%}
case
            when raw_rows.posted_date_time is not null then batches.timestamp_style
            else coalesce(batches.date_style, batches.timestamp_style)
        end
{%- endmacro %}
