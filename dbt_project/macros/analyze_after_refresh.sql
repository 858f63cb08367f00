{# Statistics for the planner after a model was made anew; small changes are left to the
   database's own upkeep. `columns` are those that queries filter or join by. #}
{% macro analyze_after_refresh(columns) -%}
    {{ return(adapter.dispatch('analyze_after_refresh')(columns)) }}
{%- endmacro %}

{% macro postgres__analyze_after_refresh(columns) -%}
{%- if not is_incremental() -%}
analyze {{ this }} ({{ columns | join(', ') }})
{%- endif -%}
{%- endmacro %}
