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

gate as (
    select
        case bool_and(is_success or severity <> 'critical')
            when true then 'passed'
            when false then 'failed'
            else 'none'
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
        file.marketplace_ids,
        batch.status,
        batch.reason,
        batch.decided_at,
        file.received_at,
        profile.currency_code,
        profile.marketplace_names
    from ops.load_batches as batch
    inner join ops.source_files as file on file.file_id = batch.file_id
    left join ops.settlement_profiles as profile on profile.batch_id = batch.batch_id
    where batch.status in ('received', 'loaded', 'quarantined')
),

-- The store of a file, as in int_finance__settlements_outside: named by its lines, else
-- the only one it was listed under, the account's only one in the currency, or the only
-- one there is with that currency.
ranked_stores as (
    select
        batch.batch_id,
        store.store_code,
        evidence.rank,
        count(*) over (partition by batch.batch_id, evidence.rank) as rivals
    from open_batches as batch
    inner join ops.stores as store on store.account_code = batch.account_code
    cross join lateral (
        select
            store.currency_code = batch.currency_code as has_currency,
            exists (
                select from unnest(batch.marketplace_names) as given (name)
                where lower(trim(given.name)) in (
                    lower(store.settlement_name),
                    'non-amazon ' || lower(store.marketplace_code)
                )
            ) as is_named
    ) as found
    cross join lateral (
        select case
            when found.is_named and found.has_currency then 1
            when found.is_named then 2
            when found.has_currency and store.marketplace_id = any(batch.marketplace_ids)
                then 3
            when found.has_currency and store.is_configured then 4
            when found.has_currency then 5
        end as rank
    ) as evidence
    where evidence.rank is not null
),

file_stores as (
    select distinct on (batch_id) batch_id, store_code
    from ranked_stores
    where rank <= 2 or rivals = 1
    order by batch_id, rank, store_code
),

described as (
    select
        batch.*,
        coalesce(file_stores.store_code, coalesce(batch.account_code, '-') || '/-')
            as store_code
    from open_batches as batch
    left join file_stores on file_stores.batch_id = batch.batch_id
)

select
    described.file_id,
    described.batch_id,
    described.file_name,
    described.feed,
    coalesce(feed.label_en, described.feed) as feed_en,
    coalesce(feed.label_zh, described.feed) as feed_zh,
    described.account_code,
    described.store_code,
    coalesce(store.name_en, described.store_code) as store_name_en,
    coalesce(store.name_zh, described.store_code) as store_name_zh,
    described.status,
    status.label_en as status_en,
    status.label_zh as status_zh,
    coalesce(described.reason, reason.label_en) as reason_en,
    coalesce(faults.reason_zh, reason.label_zh) as reason_zh,
    described.received_at,
    described.decided_at,
    cast(extract(epoch from now() - described.received_at) as integer) / 86400 as age_days
from described
left join ops.stores as store on store.store_code = described.store_code
left join ops.labels as feed
    on feed.subject = 'feed' and feed.value = described.feed
left join ops.labels as status
    on status.subject = 'file_status' and status.value = described.status
left join ops.labels as reason
    on reason.subject = 'settlement_reason'
    and reason.value = case described.status
        when 'quarantined' then 'quarantined' else 'waiting'
    end
left join ops.batch_faults as faults on faults.batch_id = described.batch_id
where (select reports.session_sees_all_stores())
    or described.store_code in (select reports.stores_of(reports.person()));
comment on view reports.open_files is
    'One row per file that waits for gate A or is quarantined, of any feed, as of now.';

grant select on reports.data_status, reports.open_files to transformer, analyst, bi;
