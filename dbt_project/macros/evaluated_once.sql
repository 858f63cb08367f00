{# Put at the end of a subquery: its expressions are computed once per row. Postgres would
   merge the subquery into the one around it and compute a posting day at every use. #}
{% macro evaluated_once() -%}
    {{ return(adapter.dispatch('evaluated_once')()) }}
{%- endmacro %}

{% macro default__evaluated_once() -%}{%- endmacro %}

{% macro postgres__evaluated_once() -%}offset 0{%- endmacro %}
