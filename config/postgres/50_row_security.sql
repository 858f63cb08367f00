-- Who sees which rows of the schema reports. Run as owner; safe to run again.
--
-- Every table there has one policy: rows of stores that the person behind the session may
-- see. A session that no person stands behind sees nothing. Tables belong to transformer,
-- which publishes them and is not held by the policy; owner and analyst see all rows.
--
-- Superset signs in as `bi` and says, signed, in acorn.person for whom it asks. Its second
-- layer, a rule on every dataset with store_code, must not rest on that setting:
--
--     (select reports.sees_all_stores('{{ current_username() }}'))
--     or store_code in (select reports.stores_of('{{ current_username() }}'))
--
-- Functions are asked once per query (a scalar subquery, a hashed list), never per row.

-- What signs the name in acorn.person: the two pads of HMAC-SHA256 (RFC 2104), made from
-- the secret superset_person_key by acorn/warehouse.py. Nobody but owner may read them.
create table if not exists ops.person_key (
    inner_pad bytea not null,
    outer_pad bytea not null
);
comment on table ops.person_key is 'One row: what signs the person Superset speaks for.';
revoke all on ops.person_key from public, loader, transformer, analyst, bi;

-- The person behind the session; null is nobody. Only Superset's login may speak for
-- others: who signs in to Postgres as themselves, granted bi, stays who they are. What
-- Superset says is `<signature in hex>:<person>`: SQL that somebody slips into one of its
-- queries can set acorn.person, but cannot sign another name.
create or replace function reports.person() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case
        when session_user <> 'bi' then cast(session_user as text)
        else (
            select claim.person
            from (
                select
                    split_part(current_setting('acorn.person', true), ':', 1) as signature,
                    substr(current_setting('acorn.person', true), 66) as person
            ) as claim
            cross join ops.person_key as key
            where claim.person <> ''
                and claim.signature = encode(
                    sha256(
                        key.outer_pad
                        || sha256(key.inner_pad || convert_to(claim.person, 'UTF8'))
                    ),
                    'hex'
                )
        )
    end
$$;

create or replace function reports.sees_all_stores(asked_person text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from ops.store_access as access
        where access.person = asked_person and access.store_code = '*'
    )
$$;

create or replace function reports.stores_of(asked_person text) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select store.store_code
    from ops.stores as store
    where exists (
        select from ops.store_access as access
        where access.person = asked_person
            and access.store_code in ('*', store.account_code || '/*', store.store_code)
    )
$$;

-- Readers of all rows by their role need no entry as a person.
create or replace function reports.session_sees_all_stores() returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select pg_has_role(session_user, 'analyst', 'usage')
        or pg_has_role(session_user, 'transformer', 'usage')
        or reports.sees_all_stores(reports.person())
$$;

-- Give a table of reports its policy, and its readers only after that. Called by the
-- table's owner (deliver/publish.py) and below for tables of an older version. A table
-- without store_code shows its rows to nobody who is held by a policy.
create or replace function ops.protect_report(report text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    has_store_code constant boolean := exists (
        select from information_schema.columns
        where table_schema = 'reports' and table_name = report
            and column_name = 'store_code'
    );
begin
    execute format('alter table reports.%I enable row level security', report);
    execute format('drop policy if exists store_access on reports.%I', report);
    execute format(
        'create policy store_access on reports.%I for select using (%s)',
        report,
        case when has_store_code
            then '(select reports.session_sees_all_stores()) '
                'or store_code in (select reports.stores_of(reports.person()))'
            else 'false'
        end
    );
    execute format('grant select on reports.%I to analyst, bi', report);
end $$;

do $$
declare
    report text;
begin
    for report in
        select tablename from pg_tables
        where schemaname = 'reports' and not exists (
            select from pg_policies as policy
            where policy.schemaname = 'reports'
                and policy.tablename = pg_tables.tablename
                and policy.policyname = 'store_access'
        )
    loop
        perform ops.protect_report(report);
    end loop;
end $$;

revoke all on all functions in schema reports from public;
grant execute on all functions in schema reports to transformer, analyst, bi;
grant execute on function ops.protect_report(text) to transformer;
