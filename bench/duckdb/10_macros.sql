-- The logic of Acorn's models for V2 settlements, as one script of these files in order:
-- from raw rows to lines, partial sums, profit and settlements. Words in braces are
-- filled in by bench/rebuild_queries.py; the raw rows are in the attached, read-only
-- database `source`.
--
-- Left out: what Acorn keeps for increments (line groups, rules_key), the chain of
-- settlements, and tests.

set TimeZone = 'UTC';

create macro money(amount, style) as cast(nullif(
    case style
        when 'comma' then translate(amount, ',. ' || chr(160) || chr(8239), '.')
        else translate(amount, ', ' || chr(160) || chr(8239), '')
    end, ''
) as decimal(18, 4));
create macro instant(delivered, style) as cast(
    case style
        when 'iso' then delivered
        when 'ymd_slash' then replace(delivered, '/', '-')
        when 'mdy_slash' then
            substr(delivered, 7, 4) || '-' || substr(delivered, 1, 2) || '-'
            || substr(delivered, 4, 2) || substr(delivered, 11)
        else
            substr(delivered, 7, 4) || '-' || substr(delivered, 4, 2) || '-'
            || substr(delivered, 1, 2) || substr(delivered, 11)
    end as timestamptz);
create macro comparable(words) as
    trim(lower(replace(replace(words, '_', ' '), '-', ' ')));
create macro specificity(part) as
    case when part = '*' then 0 when part like '%*' then 1 else 2 end;
