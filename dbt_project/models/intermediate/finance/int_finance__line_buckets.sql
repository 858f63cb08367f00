{{ config(post_hook=["analyze {{ this }}"]) }}

-- Classification happens here, per triple that was ever delivered, never per line. A rule
-- names each part of the triple, or leaves it open with `*`, alone or at the end of a
-- text. The most specific rule wins: the description counts before the amount-type, that
-- before the transaction-type; within a part an exact text beats an open one. A rule holds
-- from its valid_from on.
with groups as (
    select * from {{ ref('int_finance__settlement_line_groups') }}
),

rules as (
    select
        {{ comparable_text('transaction_type') }} as transaction_type,
        {{ comparable_text('amount_type') }} as amount_type,
        {{ comparable_text('amount_description') }} as amount_description,
        bucket,
        valid_from
    from {{ ref('settlement_line_rules') }}
),

triples as (
    select
        transaction_type,
        amount_type,
        amount_description,
        {{ comparable_text('transaction_type') }} as comparable_transaction_type,
        {{ comparable_text('amount_type') }} as comparable_amount_type,
        {{ comparable_text('amount_description') }} as comparable_amount_description
    from groups
    group by transaction_type, amount_type, amount_description
),

matches as (
    select
        triples.transaction_type,
        triples.amount_type,
        triples.amount_description,
        rules.bucket,
        rules.valid_from,
        9 * {{ specificity('rules.amount_description') }}
        + 3 * {{ specificity('rules.amount_type') }}
        + {{ specificity('rules.transaction_type') }} as specificity,
        length(rules.amount_description) as description_length
    from triples
    inner join rules
        on
            triples.comparable_transaction_type
            like replace(rules.transaction_type, '*', '%')
            and triples.comparable_amount_type like replace(rules.amount_type, '*', '%')
            and triples.comparable_amount_description
            like replace(rules.amount_description, '*', '%')
),

-- A triple's days on which some rule that fits it begins to hold.
beginnings as (
    select
        transaction_type,
        amount_type,
        amount_description,
        valid_from
    from matches
    group by transaction_type, amount_type, amount_description, valid_from
),

ranked as (
    select
        beginnings.*,
        matches.bucket,
        row_number() over (
            partition by
                beginnings.transaction_type,
                beginnings.amount_type,
                beginnings.amount_description,
                beginnings.valid_from
            order by
                matches.specificity desc,
                matches.description_length desc,
                matches.valid_from desc
        ) as best_first
    from beginnings
    inner join matches
        on
            matches.transaction_type = beginnings.transaction_type
            and matches.amount_type = beginnings.amount_type
            and matches.amount_description = beginnings.amount_description
            and matches.valid_from <= beginnings.valid_from
),

final as (
    select
        transaction_type,
        amount_type,
        amount_description,
        bucket,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by transaction_type, amount_type, amount_description
                order by valid_from
            ),
            cast('9999-12-31' as date)
        ) as valid_before
    from ranked
    where best_first = 1
)

select * from final
