{# Whether a name (lower case, trimmed) means this store: its settlement name, or
   `Non-Amazon XX` for multi-channel orders shipped from it. #}
{% macro is_store_name(name, marketplaces) -%}
(
                {{ name }} = lower({{ marketplaces }}.settlement_name)
                or {{ name }} = 'non-amazon ' || lower({{ marketplaces }}.marketplace_code)
            )
{%- endmacro %}
