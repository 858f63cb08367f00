{# One row per element of a text array, as `names.name`. #}
{% macro unnested_names(array) -%}
    {{ return(adapter.dispatch('unnested_names')(array)) }}
{%- endmacro %}

{% macro postgres__unnested_names(array) -%}unnest({{ array }}) as names (name){%- endmacro %}
