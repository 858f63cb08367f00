{# Of lines in the bucket reserves: whether it is money given back at the start of the
   period (true) or held back at its end (false); null in other buckets. By name: sign and
   time do not tell, for a balance may be 0 or corrected. #}
{% macro is_previous_reserve() -%}
case
            when bucket = 'reserves'
                then
                    {{ comparable_text('amount_description') }}
                    = 'previous reserve amount balance'
        end
{%- endmacro %}
