{# An amount as people write it: without the zeros that its type fills up with. #}
{% macro amount_text(amount) -%}
    {{ return(adapter.dispatch('amount_text')(amount)) }}
{%- endmacro %}

{% macro postgres__amount_text(amount) -%}cast(trim_scale({{ amount }}) as text){%- endmacro %}
