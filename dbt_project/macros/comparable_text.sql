{# Vocabulary is compared without case, outer blanks, and the signs that Amazon mixes:
   `_`, `-` and blank are the same. #}
{% macro comparable_text(text) -%}
trim(lower(replace(replace({{ text }}, '_', ' '), '-', ' ')))
{%- endmacro %}
