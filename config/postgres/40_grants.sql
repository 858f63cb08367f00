-- Who may do what. Run as owner; safe to run again. No role but owner deletes facts.
revoke create on schema public from public;
revoke all on all functions in schema ops from public;

grant usage on schema raw, ops to loader;
grant select, insert on all tables in schema raw to loader;
grant select, insert, update on
    ops.source_files, ops.load_batches, ops.settlement_profiles,
    ops.report_documents, ops.extract_positions, ops.alerts to loader;
grant select, insert on
    ops.file_sightings, ops.gate_results, ops.api_calls, ops.decisions to loader;
-- ops.batch_events is written by its trigger alone.
grant select on ops.batch_events, ops.builds, ops.publications, ops.replays to loader;
grant execute on function ops.add_raw_column(text, text) to loader;
grant execute on function ops.discard_undecided_rows(bigint) to loader;

grant usage on schema raw, ops to transformer;
grant select on all tables in schema raw, ops to transformer;
grant insert, update on ops.builds, ops.alerts to transformer;
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
