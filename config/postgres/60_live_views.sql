-- Live views of the schema reports: what the ledger says now, between two publications.
-- Run as owner. They read ops with the owner's rights, so each shows rows by the same
-- predicate as the tables' policy (50_row_security.sql), behind a security barrier: no
-- function of a query sees a row before the predicate does.
-- Their columns are described in dbt_project/models/reports/_reports__sources.yml.

create index if not exists gate_results_books on ops.gate_results (gate_result_id)
    where gate = 'B' and batch_id is null;

create or replace view reports.data_status with (security_barrier) as
with published as (
    select build_id, published_at
    from ops.publications
    order by publication_id desc
    limit 1
),

shown_build as (
    select
        build.as_of,
        published.published_at,
        build.settings -> 'vars' ->> 'base_currency' as base_currency,
        build.settings -> 'vars' ->> 'time_zone' as time_zone
    from published
    inner join ops.builds as build on build.build_id = published.build_id
),

last_gate as (
    select
        result.checked_at,
        result.run_id,
        build.settings -> 'vars' ->> 'time_zone' as time_zone
    from ops.gate_results as result
    left join ops.builds as build on 'build-' || build.build_id = result.run_id
    where result.gate = 'B' and result.batch_id is null
    order by result.gate_result_id desc
    limit 1
),

-- A gate run again on the same build counts with its newest results.
last_results as (
    select distinct on (result.check_name) result.severity, result.is_success
    from ops.gate_results as result
    inner join last_gate on last_gate.run_id = result.run_id
    where result.gate = 'B' and result.batch_id is null
    order by result.check_name, result.gate_result_id desc
),

-- Passed says that what is shown was checked. A build that passed and is not published
-- (not yet, or publishing failed) is not what people look at.
gate as (
    select
        case
            when bool_and(is_success or severity <> 'critical') is null then 'none'
            when not bool_and(is_success or severity <> 'critical') then 'failed'
            when exists (
                select from last_gate
                inner join published on 'build-' || published.build_id = last_gate.run_id
            ) then 'passed'
            else 'unpublished'
        end as status
    from last_results
)

select
    shown_build.as_of,
    shown_build.published_at,
    shown_build.base_currency,
    shown_build.time_zone,
    to_char(
        shown_build.as_of at time zone shown_build.time_zone, 'YYYY-MM-DD HH24:MI '
    ) || shown_build.time_zone as as_of_text,
    to_char(
        shown_build.published_at at time zone shown_build.time_zone, 'YYYY-MM-DD HH24:MI '
    ) || shown_build.time_zone as published_text,
    gate.status as gate_status,
    label.label_en as gate_status_en,
    label.label_zh as gate_status_zh,
    last_gate.checked_at as gate_checked_at,
    to_char(
        last_gate.checked_at at time zone last_gate.time_zone, 'YYYY-MM-DD HH24:MI '
    ) || last_gate.time_zone as gate_checked_text
from gate
left join shown_build on true
left join last_gate on true
left join ops.labels as label
    on label.subject = 'gate_status' and label.value = gate.status;
comment on view reports.data_status is
    'One row: what is published, and how the last gate B run ended.';

create or replace view reports.open_files with (security_barrier) as
with open_batches as (
    select
        file.file_id,
        batch.batch_id,
        file.original_name as file_name,
        file.feed,
        file.account_code,
        coalesce(file.account_code, '-') || '/' || coalesce(store.marketplace_code, '-')
            as store_code,
        batch.status,
        batch.reason,
        batch.decided_at,
        file.received_at
    from ops.load_batches as batch
    inner join ops.source_files as file on file.file_id = batch.file_id
    left join ops.file_stores as store on store.batch_id = batch.batch_id
    where batch.status in ('received', 'loaded', 'quarantined')
)

select
    file.file_id,
    file.batch_id,
    file.file_name,
    file.feed,
    coalesce(feed.label_en, file.feed) as feed_en,
    coalesce(feed.label_zh, file.feed) as feed_zh,
    file.account_code,
    file.store_code,
    coalesce(store.name_en, file.store_code) as store_name_en,
    coalesce(store.name_zh, file.store_code) as store_name_zh,
    file.status,
    status.label_en as status_en,
    status.label_zh as status_zh,
    coalesce(file.reason, reason.label_en) as reason_en,
    coalesce(faults.reason_zh, reason.label_zh) as reason_zh,
    file.received_at,
    file.decided_at,
    cast(extract(epoch from now() - file.received_at) as integer) / 86400 as age_days
from open_batches as file
left join ops.stores as store on store.store_code = file.store_code
left join ops.labels as feed
    on feed.subject = 'feed' and feed.value = file.feed
left join ops.labels as status
    on status.subject = 'file_status' and status.value = file.status
left join ops.labels as reason
    on reason.subject = 'settlement_reason'
    and reason.value = case file.status
        when 'quarantined' then 'quarantined' else 'waiting'
    end
left join ops.batch_faults as faults on faults.batch_id = file.batch_id
where (select reports.session_sees_all_stores())
    or file.store_code in (select reports.stores_of(reports.person()));
comment on view reports.open_files is
    'One row per file that waits for gate A or is quarantined, of any feed, as of now.';

grant select on reports.data_status, reports.open_files to transformer, analyst, bi;
