{# Delivered text as money, in its file's decimal style (`point`, `comma`).

   Gate A has refused files whose amounts do not read in their style, so what is left
   of group marks here can only be group marks. Trailing blanks are real (V1). #}
{% macro parse_amount(text, decimal_style) -%}
cast(
        case {{ decimal_style }}
            when 'comma'
                then replace(replace(replace({{ text }}, '.', ''), ' ', ''), ',', '.')
            else replace({{ text }}, ',', '')
        end as numeric(18, 4)
    )
{%- endmacro %}
