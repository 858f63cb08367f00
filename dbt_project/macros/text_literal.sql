{# A setting as SQL text; a quote in it stays a quote. #}
{% macro text_literal(text) -%}
'{{ text | string | replace("'", "''") }}'
{%- endmacro %}
