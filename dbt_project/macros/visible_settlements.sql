{# The settlement batches this build sees, as a subquery for `stale_batches`. #}
{% macro visible_settlements() -%}
(
            select batch_id, file_id as source_file_id
            from {{ source('ops', 'visible_batches') }}
            where feed = 'amazon_settlement'
        )
{%- endmacro %}
