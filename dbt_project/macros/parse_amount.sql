{# Delivered text as money, in its file's decimal style (`point`, `comma`); blank is null.

   Gate A has refused files whose amounts do not read in their style, so what is left
   of group marks here can only be group marks: no-break spaces (U+00A0, U+202F) among
   them. Trailing blanks are real (V1). #}
{% macro parse_amount(text, decimal_style) -%}
cast(
        nullif(
            case {{ decimal_style }}
                when 'comma'
                    then translate({{ text }}, ',. ' || chr(160) || chr(8239), '.')
                else translate({{ text }}, ', ' || chr(160) || chr(8239), '')
            end, ''
        ) as numeric(18, 4)
    )
{%- endmacro %}
