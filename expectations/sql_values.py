"""SQL that reads delivered text as amounts and times without ever failing.

A value that does not parse becomes null, so that one bad value is a finding and not
the end of the statement. `case` decides the order of evaluation: a cast runs only after
its text was looked at. No feature newer than Postgres 15 is used.

Arguments and results are SQL expressions written in this package, never data.
"""

from __future__ import annotations

# Fits numeric(18, 4) without rounding. More digits are no amount Amazon pays.
_WHOLE = r"[+-]?\d{1,12}"
_FRACTION = r"\d{1,4}"
# No-break spaces, wide and narrow: European systems group digits by them.
_NO_BREAK = "\u00a0\u202f"


def amount(text: str, decimal_style: str) -> str:
    """numeric of `text` in its file's decimal style (`point`, `comma`), or null.

    Trailing blanks are allowed: V1 files carry them. Thousands separators are read only
    where they group by three with one and the same sign, so that a comma can never be
    taken for nothing.
    """
    # What looks as nearly all amounts do is told without a pattern, which costs more.
    return rf"""case
        when {decimal_style} = 'comma' then case
            when {_is_plain(text, ",")} then cast(replace({text}, ',', '.') as numeric)
            when {text} ~ '^{_WHOLE}(,{_FRACTION})? *$'
                then cast(replace({text}, ',', '.') as numeric)
            when {text} ~ '^{_grouped(f"[. {_NO_BREAK}]")}(,{_FRACTION})? *$'
                then cast(translate({text}, ',. {_NO_BREAK}', '.') as numeric)
        end
        when {_is_plain(text, ".")} then cast({text} as numeric)
        when {text} ~ '^{_WHOLE}(\.{_FRACTION})? *$' then cast({text} as numeric)
        when {text} ~ '^{_grouped(f"[,{_NO_BREAK}]")}(\.{_FRACTION})? *$'
            then cast(translate({text}, ',{_NO_BREAK}', '') as numeric)
    end"""


def _is_plain(text: str, mark: str) -> str:
    """Whether `text` is digits with two decimals or none, and perhaps a minus before.

    All its digits taken away, what is left tells its form.
    """
    has_cents = f"left(right({text}, 3), 1) = '{mark}'"
    is_negative = f"left({text}, 1) = '-'"
    size = f"length({text}) between"
    return f"""case translate({text}, '0123456789', '')
                when '{mark}' then {has_cents} and {size} 4 and 15
                when '-{mark}' then {is_negative} and {has_cents} and {size} 5 and 16
                when '' then {size} 1 and 12
                when '-' then {is_negative} and {size} 2 and 13
            end"""


def _grouped(signs: str) -> str:
    """Pattern of digits in groups of three, all with the sign of the first gap."""
    return rf"[+-]?\d{{1,3}}({signs})\d{{3}}(\1\d{{3}}){{0,2}}"


# The sign that a style has between day, month and year, and which of them is first.
_DATE_SIGNS = {
    "dmy_dot": (".", "day"),
    "dmy_slash": ("/", "day"),
    "dmy_dash": ("-", "day"),
    "mdy_slash": ("/", "month"),
}


def iso_text(text: str, style: str) -> str:
    """`text` with its date in ISO order; the style names the order of its parts.

    Null where the signs are not the style's: in another style the order may be another.
    Text of the style `iso` is taken as it is: most files hold nothing else. A date with
    all its digits is read by position; patterns cost more and are for the others.
    """
    padded = _padded(text)
    cases = " ".join(
        f"when '{name}' then case when {_is_whole(text, 3, 6, 9)} "
        f"then {_reordered(text, sign, first)} "
        f"else {_reordered(padded, sign, first)} end"
        for name, (sign, first) in _DATE_SIGNS.items()
    )
    return f"""case {style}
        when 'iso' then {text}
        when 'ymd_slash' then case
            when {_is_whole(text, 5, 8, 10)} then {_dashed(text)} else {_dashed(padded)}
        end
        {cases}
    end"""


def _is_whole(text: str, first: int, second: int, last: int) -> str:
    """Whether signs and a digit of the date stand at these places, and an hour ends."""
    return (
        f"substr({text}, {first}, 1) in ('.', '/', '-')"
        f" and substr({text}, {second}, 1) in ('.', '/', '-')"
        f" and substr({text}, {last}, 1) not in ('', ' ', 'T')"
        f" and strpos('0123456789', substr({text}, 13, 1)) > 0"
    )


def _padded(text: str) -> str:
    """`text` with two digits for day, month and hour, and four for the year."""
    for pattern, padded in (
        (r"^(\d)([./-])", r"0\1\2"),
        (r"^(\d+[./-])(\d)([./-])", r"\10\2\3"),
        (r"^(\d\d\d\d/\d\d/)(\d)($|[ T])", r"\10\2\3"),
        (r"^(\d\d[./-]\d\d[./-])(\d\d)($|[ T])", r"\120\2\3"),
        (r"^([0-9./-]+[ T])(\d)([^0-9 ])", r"\10\2\3"),
    ):
        text = f"regexp_replace({text}, '{pattern}', '{padded}')"
    return text


def _dashed(text: str) -> str:
    return (
        f"case when substr({text}, 5, 1) || substr({text}, 8, 1) = '//' "
        f"then replace({text}, '/', '-') end"
    )


def _reordered(text: str, sign: str, first: str) -> str:
    day, month = ("1", "4") if first == "day" else ("4", "1")
    has_signs = f"substr({text}, 3, 1) || substr({text}, 6, 1) = '{sign}{sign}'"
    return (
        f"case when {has_signs} then substr({text}, 7, 4) || '-' || "
        f"substr({text}, {month}, 2) || '-' || substr({text}, {day}, 2) || "
        f"substr({text}, 11) end"
    )


_DAY = r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?"
_HALF_DAY_TIME = r"(0[1-9]|1[0-2]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)? [AP]M(?=$| )"
# The named zones that documents are known to carry; Postgres knows their offsets.
_ZONE = r" ?(UTC|GMT|Z|PST|PDT|JST|BST|CET|CEST|[+-](0\d|1[0-4]):?[0-5]\d)"


def moment(iso: str) -> str:
    """timestamptz of ISO text, or null. Without a zone it is UTC, as Amazon's are."""
    # The day is compared with the month's length, for 30 February would fail the cast.
    # An hour alone is completed: the profile groups by it.
    return rf"""case
        when {iso} ~ '^{_DAY}([ T]({_TIME}|{_HALF_DAY_TIME})({_ZONE})?)? *$' then case
            when cast(substr({iso}, 9, 2) as integer) <= date_part('day',
                cast(substr({iso}, 1, 8) || '01' as date) + interval '1 month - 1 day')
                then cast(
                    case when length({iso}) = 13 then {iso} || ':00' else {iso} end
                    as timestamptz)
        end
    end"""


def day(iso: str) -> str:
    """date of ISO text, or null. Free of braces and colons, so fit for a rule."""
    return rf"""case
        when {iso} ~ '^{_DAY} *$' then case
            when cast(substr({iso}, 9, 2) as integer) <= date_part('day',
                cast(substr({iso}, 1, 8) || '01' as date) + interval '1 month - 1 day')
                then cast({iso} as date)
        end
    end"""


def rate(text: str) -> str:
    """numeric of an exchange rate with a decimal point, or null. Fit for a rule."""
    return rf"""case
        when {text} ~ '^\d+([.]\d+)? *$' and length({text}) <= 20
            then cast({text} as numeric)
    end"""
