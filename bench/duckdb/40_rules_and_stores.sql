create table line_buckets as
with rules as (
    select
        comparable(transaction_type) as transaction_type,
        comparable(amount_type) as amount_type,
        comparable(amount_description)
            as amount_description,
        bucket, cast(valid_from as date) as valid_from
    from read_csv('{seeds}/amazon/settlement_line_rules.csv', all_varchar = true)
),
triples as (
    select distinct transaction_type, amount_type, amount_description,
        comparable(transaction_type) as kind,
        comparable(amount_type) as type,
        comparable(amount_description) as description
    from typed
),
matches as (
    select triples.* exclude (kind, type, description), rules.bucket, rules.valid_from,
        9 * specificity(rules.amount_description)
        + 3 * specificity(rules.amount_type)
        + specificity(rules.transaction_type) as specificity,
        length(rules.amount_description) as description_length
    from triples
    inner join rules
        on triples.kind like replace(rules.transaction_type, '*', '%')
        and triples.type like replace(rules.amount_type, '*', '%')
        and triples.description like replace(rules.amount_description, '*', '%')
),
beginnings as (
    select distinct transaction_type, amount_type, amount_description, valid_from from matches
),
ranked as (
    select beginnings.*, matches.bucket,
        row_number() over (
            partition by beginnings.transaction_type, beginnings.amount_type,
                beginnings.amount_description, beginnings.valid_from
            order by matches.specificity desc, matches.description_length desc,
                matches.valid_from desc
        ) as best_first
    from beginnings
    inner join matches
        on matches.transaction_type = beginnings.transaction_type
        and matches.amount_type = beginnings.amount_type
        and matches.amount_description = beginnings.amount_description
        and matches.valid_from <= beginnings.valid_from
)
select transaction_type, amount_type, amount_description, bucket, valid_from,
    coalesce(lead(valid_from) over (
        partition by transaction_type, amount_type, amount_description order by valid_from
    ), date '9999-12-31') as valid_before
from ranked where best_first = 1;

create table marketplace_names as
with names as (
    select distinct marketplace_name, lower(trim(marketplace_name)) as name
    from typed where trim(marketplace_name) <> ''
)
select names.marketplace_name,
    coalesce(max(stores.marketplace_code), 'UNKNOWN') as marketplace_code
from names
left join read_csv('{seeds}/amazon/marketplaces.csv', all_varchar = true) as stores
    on names.name = lower(stores.settlement_name)
    or names.name = 'non-amazon ' || lower(stores.marketplace_code)
group by names.marketplace_name;

-- The store of lines that name none. No file here was listed under marketplace ids.
create table settlement_batches as
with named as (
    select batch_id, marketplace_code, row_number() over (
        partition by batch_id order by count(*) desc, marketplace_code
    ) as most_named_first
    from typed
    inner join marketplace_names using (marketplace_name)
    where marketplace_code <> 'UNKNOWN'
    group by batch_id, marketplace_code
),
known as (
    select headers.*, named.marketplace_code
    from headers
    left join named on named.batch_id = headers.batch_id and most_named_first = 1
),
account_stores as (
    select account_code, currency_code, min(marketplace_code) as marketplace_code
    from known group by account_code, currency_code
    having count(distinct marketplace_code) = 1
),
currency_stores as (
    select currency_code, min(marketplace_code) as marketplace_code
    from read_csv('{seeds}/amazon/marketplaces.csv', all_varchar = true)
    group by currency_code having count(*) = 1
)
select known.* replace (
    coalesce(
        known.marketplace_code, account_stores.marketplace_code,
        currency_stores.marketplace_code, 'UNKNOWN'
    ) as marketplace_code
)
from known
left join account_stores using (account_code, currency_code)
left join currency_stores on currency_stores.currency_code = known.currency_code;
