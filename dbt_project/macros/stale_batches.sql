{# Which batches an incremental model has to write, as rows of (batch_id, source_file_id).

   The answer is read from the data itself: a batch is stale when the model holds no row
   of it, or rows with another `version` (the rules_key). So a run that was killed leaves
   nothing to repair, and the next one takes up what is missing. Each batch costs one
   index look-up, however large the model is; ids are handed on as literals, so that the
   planner reads raw rows by index too. #}
{% macro stale_batches(batches, version=none) -%}
    {%- if not execute or not is_incremental() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set held -%}
        (
            select {{ 'held.' ~ version if version else '1' }} from {{ this }} as held
            where held.batch_id = batches.batch_id
            limit 1
        )
    {%- endset -%}
    {%- set statement -%}
        select batches.batch_id, batches.source_file_id
        from {{ batches }} as batches
        where {{ held }} is distinct from {{ 'batches.' ~ version if version else '1' }}
        order by batches.batch_id
    {%- endset -%}
    {{ return(run_query(statement).rows) }}
{%- endmacro %}

{# `where <column> in (...)` over the stale batches; nothing in a full refresh. #}
{% macro where_stale(batches, column) -%}
    {%- if batches is not none %}
    where {{ column }} in ({{ literal_ids(batches | map(attribute=column) | list) }})
    {%- endif -%}
{%- endmacro %}

{% macro literal_ids(ids) -%}
{{ ids | join(', ') if ids else 'null' }}
{%- endmacro %}
