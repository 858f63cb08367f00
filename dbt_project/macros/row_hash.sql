{# 16 hexadecimal digits of a text: tells versions of one batch apart, nothing more. #}
{% macro row_hash(text) -%}
    {{ return(adapter.dispatch('row_hash')(text)) }}
{%- endmacro %}

{% macro postgres__row_hash(text) -%}left(md5({{ text }}), 16){%- endmacro %}

{# All values of a group in one text, in a fixed order. #}
{% macro joined_text(value, ordering) -%}
    {{ return(adapter.dispatch('joined_text')(value, ordering)) }}
{%- endmacro %}

{% macro postgres__joined_text(value, ordering) -%}
string_agg({{ value }}, ';' order by {{ ordering }})
{%- endmacro %}
