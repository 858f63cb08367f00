{# Incremental strategy `by_batch`: in one transaction, delete the batches that are
   written again and those no longer visible (superseded), then insert. Readers see the
   old rows until the commit. #}
{% macro get_incremental_by_batch_sql(arguments) -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set written = run_query(
        'select distinct batch_id from ' ~ arguments['temp_relation']
    ).columns[0].values() -%}
    {%- set statement -%}
        select batches.batch_id
        from {{ source('ops', 'load_batches') }} as batches
        left join {{ source('ops', 'visible_batches') }} as visible
            on visible.batch_id = batches.batch_id
        where visible.batch_id is null
            and (
                select 1 from {{ target }} as held
                where held.batch_id = batches.batch_id
                limit 1
            ) = 1
    {%- endset -%}
    {%- set gone = run_query(statement).columns[0].values() -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}

    delete from {{ target }}
    where batch_id in ({{ literal_ids((written | list) + (gone | list)) }});

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
