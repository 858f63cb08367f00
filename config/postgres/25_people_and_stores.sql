-- What company.yml and the seeds say, for policies and live views: people, stores, texts.
-- acorn/warehouse.py fills these tables on each set-up. Run as owner.

create table if not exists ops.store_access (
    person text not null,              -- sign-in name, or a role of our own
    store_code text not null,          -- na-demo/US; na-demo/*: all of it; *: everything
    primary key (person, store_code)
);
comment on table ops.store_access is
    'One row per person and store they may see (company.yml: people). Nobody else sees rows.';

create table if not exists ops.stores (
    store_code text primary key,       -- na-demo/US; na-demo/-: store not known; -/-: neither
    account_code text,
    marketplace_code text,
    marketplace_id text,
    settlement_name text,
    currency_code text,
    is_configured boolean not null,    -- company.yml lists the marketplace
    name_en text not null,
    name_zh text not null
);
comment on table ops.stores is 'One row per account of company.yml and store front.';

create table if not exists ops.labels (
    subject text not null,
    value text not null,
    label_en text not null,
    label_zh text not null,
    primary key (subject, value)
);
comment on table ops.labels is
    'What people read for a value; the seed labels, there before a first build.';

create table if not exists ops.check_faults (
    check_name text primary key,
    fault_zh text not null
);
comment on table ops.check_faults is
    'What is wrong when a check of gate A or the loader fails, in Chinese.';

-- Why a batch is quarantined, in Chinese. As in expectations/ledger.py, the newest run
-- counts, and what the load that stands found; what was found before counts no longer.
create or replace view ops.batch_faults as
with latest as (
    select distinct on (result.batch_id, result.check_name) result.*
    from ops.load_batches as batch
    inner join ops.gate_results as result on result.batch_id = batch.batch_id
    where batch.status = 'quarantined'
        and result.gate = 'A'
        and (
            result.checked_at = batch.loaded_at
            or result.run_id = (
                select newest.run_id from ops.gate_results as newest
                where newest.gate = 'A' and newest.batch_id = batch.batch_id
                order by newest.gate_result_id desc
                limit 1
            )
        )
    order by result.batch_id, result.check_name, result.gate_result_id desc
),

told as (
    select
        latest.batch_id,
        latest.gate_result_id,
        coalesce('第 ' || latest.line_number || ' 行：', '')
        || coalesce(fault.fault_zh, '检查 ' || latest.check_name || ' 未通过') as sentence,
        concat_ws(
            '，',
            case when latest.observed like '"%' then '原文 ' || latest.observed end,
            case when latest.check_name = 'lines_add_up' then
                '申报 ' || trim_scale(profile.declared_total)
                || '，明细 ' || trim_scale(profile.lines_total)
                || '，相差 ' || trim_scale(profile.lines_total - profile.declared_total)
            end,
            case when latest.fault_count > 1 then '共 ' || latest.fault_count || ' 行' end
        ) as detail
    from latest
    left join ops.check_faults as fault on fault.check_name = latest.check_name
    left join ops.settlement_profiles as profile on profile.batch_id = latest.batch_id
    where not latest.is_success and latest.severity = 'critical'
)

select
    batch_id,
    string_agg(
        sentence || case when detail = '' then '' else '（' || detail || '）' end,
        '；' order by gate_result_id
    ) || '。' as reason_zh
from told
group by batch_id;
comment on view ops.batch_faults is
    'One row per quarantined batch: why, in Chinese. English is in ops.load_batches.reason.';
