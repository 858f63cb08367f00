-- The ledger: what was received, what became of it, who decided. Run as owner.
-- All times are UTC (timestamptz). Money is numeric(18, 4), signed from our side.

create table if not exists ops.source_files (
    file_id bigint generated always as identity primary key,
    sha256 text not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
    byte_count bigint not null check (byte_count >= 0),
    archive_path text not null,        -- relative to the archive root
    original_name text not null,       -- as delivered: a file name or a document id
    source text not null,              -- amazon, ecb, manual
    authority text not null
        check (authority in ('official_api', 'official_sftp', 'manual')),
    feed text not null,                -- amazon_settlement, ecb_fx_rates, ... or unknown
    account_code text,                 -- null for company-wide feeds
    region text,                       -- NA, EU, FE for API documents
    marketplace_ids text[],
    report_type text,
    report_id text,                    -- unique only within an account
    document_id text,
    window_start_at timestamptz,       -- what the document says it covers
    window_end_at timestamptz,
    encoding text,                     -- detected: utf-8, utf-8-sig, cp1252, cp932
    decimal_style text check (decimal_style in ('point', 'comma')),
    timestamp_style text,              -- of posted-date-time and header dates
    date_style text,                   -- of posted-date
    line_ending text,                  -- lf, crlf, mixed
    received_at timestamptz not null default now()
);
comment on table ops.source_files is 'One row per byte-distinct document.';

create table if not exists ops.file_sightings (
    sighting_id bigint generated always as identity primary key,
    file_id bigint not null references ops.source_files,
    seen_at timestamptz not null default now(),
    authority text not null,
    account_code text,
    original_name text not null,
    report_id text,
    document_id text
);
create index if not exists file_sightings_file on ops.file_sightings (file_id);
comment on table ops.file_sightings is
    'One row per time a document came in, under whatever name or report id.';

create table if not exists ops.load_batches (
    batch_id bigint generated always as identity primary key,
    file_id bigint not null unique references ops.source_files,
    raw_table text,                    -- raw.amazon_settlement_v2, ...; null if unreadable
    row_count bigint,                  -- rows in the raw table, names row not counted
    content_sha256 text,               -- of the decoded rows with LF ends
    status text not null default 'received' check (status in
        ('received', 'loaded', 'accepted', 'quarantined', 'superseded', 'released')),
    loaded_at timestamptz,
    decided_at timestamptz,            -- known_at of every mart row of this batch
    decided_by text,                   -- 'gate A' or a person
    reason text,
    superseded_by bigint references ops.load_batches
);
create index if not exists load_batches_status on ops.load_batches (status);
create index if not exists load_batches_content on ops.load_batches (content_sha256);
comment on table ops.load_batches is
    'One row per file; its status decides what staging sees: accepted and released.';

create table if not exists ops.batch_events (
    event_id bigint generated always as identity primary key,
    batch_id bigint not null references ops.load_batches,
    from_status text,
    to_status text not null,
    happened_at timestamptz not null default now(),
    actor text not null,
    reason text
);
create index if not exists batch_events_batch on ops.batch_events (batch_id);

-- Gate A's one pass over a batch, kept: what the file says of itself.
create table if not exists ops.settlement_profiles (
    batch_id bigint primary key references ops.load_batches,
    settlement_id text,
    settlement_id_count bigint not null,
    header_count bigint not null,
    currency_code text,
    marketplace_names text[] not null default '{}',
    period_start_at timestamptz,
    period_end_at timestamptz,
    deposit_at timestamptz,
    declared_total numeric(18, 4),
    lines_total numeric(18, 4),
    line_count bigint not null,        -- detail lines, header row not counted
    amount_count bigint not null,      -- amounts on them (V1 has several a line)
    findings jsonb not null default '{}',  -- per check: count, first line, a sample
    profiled_at timestamptz not null default now()
);

create table if not exists ops.gate_results (
    gate_result_id bigint generated always as identity primary key,
    gate text not null check (gate in ('A', 'B')),
    run_id text not null,
    batch_id bigint references ops.load_batches,   -- null: the books as a whole
    check_name text not null,
    severity text not null check (severity in ('critical', 'warning')),
    is_success boolean not null,
    line_number bigint,                -- first line at fault
    fault_count bigint,
    expected text,
    observed text,
    checked_at timestamptz not null default now()
);
create index if not exists gate_results_run on ops.gate_results (run_id);
create index if not exists gate_results_batch on ops.gate_results (batch_id);

create table if not exists ops.builds (
    build_id bigint generated always as identity primary key,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null default 'running'
        check (status in ('running', 'built', 'failed')),
    project_sha256 text not null,      -- of models, macros and seeds: a change rebuilds
    settings jsonb not null,           -- the dbt vars taken from company.yml
    as_of timestamptz,                 -- newest decided_at among the batches seen
    is_full_refresh boolean not null
);

-- The batches one build sees. Frozen before dbt starts, so that every model of the
-- build reads the same set while new files go on arriving.
create table if not exists ops.visible_batches (
    batch_id bigint primary key references ops.load_batches,
    file_id bigint not null unique,
    feed text not null,
    raw_table text not null,
    account_code text,
    encoding text,
    decimal_style text,
    timestamp_style text,
    date_style text,
    known_at timestamptz not null
);
create index if not exists visible_batches_table on ops.visible_batches (raw_table);

create table if not exists ops.publications (
    publication_id bigint generated always as identity primary key,
    build_id bigint not null references ops.builds,
    report text not null,              -- reports.profit_by_sku_month, ...
    row_count bigint not null,
    content_sha256 text not null,
    as_of timestamptz,
    published_at timestamptz not null default now()
);

create table if not exists ops.replays (
    replay_id bigint generated always as identity primary key,
    started_at timestamptz not null default now(),
    reloaded_at timestamptz,           -- null: raw is incomplete, builds are refused
    finished_at timestamptz,           -- null: run `acorn replay` again to compare
    hashes_before jsonb not null       -- content hash per mart, taken before emptying
);

create table if not exists ops.api_calls (
    call_id bigint generated always as identity primary key,
    called_at timestamptz not null,
    source text not null,              -- amazon, ecb
    account_code text,
    region text,
    operation text not null,           -- getReports, getReportDocument, download, ...
    http_status int,                   -- null: no answer
    request_id text,                   -- x-amzn-RequestId
    rate_limit numeric,                -- x-amzn-RateLimit-Limit, requests per second
    latency_ms int not null,
    attempt int not null,
    error text
);
create index if not exists api_calls_called_at on ops.api_calls (called_at);

-- Work list of the Amazon extract: each report document once, found again after a kill.
create table if not exists ops.report_documents (
    account_code text not null,
    region text not null,
    report_id text not null,
    report_type text not null,
    processing_status text not null,   -- DONE, CANCELLED, FATAL
    document_id text,
    marketplace_ids text[] not null default '{}',
    created_at timestamptz not null,
    data_start_at timestamptz,
    data_end_at timestamptz,
    listed_at timestamptz not null default now(),
    fetched_at timestamptz,
    file_id bigint references ops.source_files,
    primary key (account_code, region, report_id)
);

-- Where a listing stopped when a limit or a kill cut it short.
create table if not exists ops.extract_positions (
    account_code text not null,
    region text not null,
    feed text not null,
    window_start_at timestamptz not null,
    window_end_at timestamptz not null,
    next_token text,                   -- null: the window is listed to its end
    updated_at timestamptz not null default now(),
    primary key (account_code, region, feed, window_start_at, window_end_at)
);

create table if not exists ops.alerts (
    alert_id bigint generated always as identity primary key,
    raised_at timestamptz not null default now(),
    kind text not null,                -- quarantined_batch, unclassified_lines, ...
    severity text not null check (severity in ('info', 'warning', 'critical')),
    subject_key text not null,         -- what it is about: batch 12, settlement 23...
    message_en text not null,
    message_zh text not null,
    amount numeric(18, 4),
    currency_code text,
    resolved_at timestamptz,
    unique (kind, subject_key)
);

create table if not exists ops.decisions (
    decision_id bigint generated always as identity primary key,
    decided_at timestamptz not null default now(),
    actor text not null,
    action text not null,              -- release, waive, approve, replay
    subject_key text not null,
    reason text not null
);

create or replace function ops.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '%.% is append-only: % is refused',
        tg_table_schema, tg_table_name, tg_op;
end $$;

create or replace trigger decisions_append_only
    before update or delete or truncate on ops.decisions
    for each statement execute function ops.refuse_change();
create or replace trigger batch_events_append_only
    before update or delete or truncate on ops.batch_events
    for each statement execute function ops.refuse_change();
create or replace trigger file_sightings_append_only
    before update or delete or truncate on ops.file_sightings
    for each statement execute function ops.refuse_change();

create or replace trigger gate_results_append_only
    before update or delete or truncate on ops.gate_results
    for each statement execute function ops.refuse_change();
create or replace trigger publications_append_only
    before update or delete or truncate on ops.publications
    for each statement execute function ops.refuse_change();

create or replace function ops.log_batch_status() returns trigger
language plpgsql security definer set search_path = ops, pg_temp as $$
begin
    if tg_op = 'INSERT' or new.status is distinct from old.status then
        insert into ops.batch_events (batch_id, from_status, to_status, actor, reason)
        values (
            new.batch_id,
            case when tg_op = 'UPDATE' then old.status end,
            new.status,
            coalesce(new.decided_by, session_user),
            new.reason
        );
    end if;
    return new;
end $$;
create or replace trigger load_batches_log
    after insert or update of status on ops.load_batches
    for each row execute function ops.log_batch_status();
