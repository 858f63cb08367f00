-- Rule: `*` is the only open sign in line rules. Why: `%` would be read as open too, and a
-- backslash would hide the sign behind it. When it fails: write the rule with `*`.
select transaction_type, amount_type, amount_description
from {{ ref('settlement_line_rules') }}
where
    {% for part in ['transaction_type', 'amount_type', 'amount_description'] -%}
    position('%' in {{ part }}) > 0 or position('\' in {{ part }}) > 0
    {{ 'or ' if not loop.last }}
    {%- endfor %}
