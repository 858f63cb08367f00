{# How much a part of a rule says: 2 an exact text, 1 the beginning of one, 0 anything. #}
{% macro specificity(part) -%}
case when {{ part }} = '*' then 0 when {{ part }} like '%*' then 1 else 2 end
{%- endmacro %}
