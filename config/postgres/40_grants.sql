-- Who may do what. Run as owner; safe to run again. No role but owner deletes facts.
revoke create on schema public from public;
revoke all on all functions in schema ops from public;

grant usage on schema raw, ops to loader;
grant select, insert on all tables in schema raw to loader;
grant select, insert on
    ops.source_files, ops.file_sightings, ops.load_batches, ops.settlement_profiles,
    ops.gate_results, ops.report_documents, ops.extract_positions, ops.api_calls,
    ops.alerts, ops.decisions to loader;
-- Updates column by column: what a file is and where it came from never changes.
revoke update on all tables in schema ops from loader, transformer;
grant update (encoding, line_ending, decimal_style, timestamp_style, date_style)
    on ops.source_files to loader;
grant update (
    status, raw_table, row_count, content_sha256, loaded_at, decided_at, decided_by,
    reason, superseded_by
) on ops.load_batches to loader;
grant update (
    settlement_id, settlement_id_count, header_count, currency_code, marketplace_names,
    period_start_at, period_end_at, deposit_at, declared_total, lines_total, line_count,
    amount_count, findings, profiled_at
) on ops.settlement_profiles to loader;
grant update (processing_status, document_id, listed_at, fetched_at, file_id)
    on ops.report_documents to loader;
grant update (next_token, updated_at) on ops.extract_positions to loader;
grant update (
    severity, message_en, message_zh, amount, currency_code, raised_at, resolved_at
) on ops.alerts to loader, transformer;
-- ops.batch_events is written by its trigger alone.
grant select on ops.batch_events, ops.builds, ops.publications, ops.replays to loader;
grant execute on function ops.add_raw_column(text, text) to loader;
grant execute on function ops.discard_undecided_rows(bigint) to loader;

grant usage on schema raw, ops to transformer;
grant select on all tables in schema raw, ops to transformer;
grant insert on ops.builds, ops.alerts to transformer;
grant update (status, finished_at) on ops.builds to transformer;
grant insert on ops.gate_results, ops.publications to transformer;
grant insert, delete on ops.visible_batches to transformer;

grant usage on schema marts, reports, seeds to analyst;
grant usage on schema reports to bi;
grant select on all tables in schema marts, seeds to analyst;
alter default privileges for role transformer in schema marts
    grant select on tables to analyst;
alter default privileges for role transformer in schema seeds
    grant select on tables to analyst;
-- Tables of reports get readers with their policy (50_row_security.sql), never before.
alter default privileges for role transformer in schema reports
    revoke select on tables from analyst, bi;
