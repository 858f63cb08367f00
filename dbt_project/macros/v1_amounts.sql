{# The amount columns of the V1 layout, each with the V2 amount-type it stands for and
   the column that holds what V2 calls amount-description. #}
{% macro v1_amount_columns() -%}
    {{ return([
        ('price_amount', 'ItemPrice', 'price_type'),
        ('item_related_fee_amount', 'ItemFees', 'item_related_fee_type'),
        ('promotion_amount', 'Promotion', 'promotion_type'),
        ('shipment_fee_amount', 'shipment-fee', 'shipment_fee_type'),
        ('order_fee_amount', 'order-fee', 'order_fee_type'),
        ('misc_fee_amount', 'misc-fee', none),
        ('other_fee_amount', 'other-fee', 'other_fee_reason_description'),
        ('direct_payment_amount', 'direct-payment', 'direct_payment_type'),
        ('other_amount', 'other-transaction', 'transaction_type'),
    ]) }}
{%- endmacro %}

{# One row per amount column of a V1 row: amount_column, amount_type,
   amount_description, amount_text. Blank ones included. #}
{% macro unpacked_v1_amounts(row) -%}
    {{ return(adapter.dispatch('unpacked_v1_amounts')(row)) }}
{%- endmacro %}

{% macro postgres__unpacked_v1_amounts(row) -%}
lateral (
        values
        {%- for column, amount_type, description in v1_amount_columns() %}
        (
            '{{ column }}', '{{ amount_type }}',
            {{ row ~ '.' ~ description if description else "''" }}, {{ row }}.{{ column }}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as unpacked (amount_column, amount_type, amount_description, amount_text)
{%- endmacro %}
