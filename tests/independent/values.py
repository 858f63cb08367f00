"""Numbers and dates of a file, read by trial: the reading that makes sense is taken.

The pipeline looks for evidence of a style. Here each style is tried on all values, and
the one under which the settlement is sound stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

_SIGNS_OF_GROUPS = str.maketrans("", "", " \u00a0\u202f\u2009'\u2019")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_MOMENT = re.compile(
    r"(\d+)([./-])(\d+)[./-](\d+)"
    r"(?:[ T]+(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:\.\d+)?)?)? *([A-Z]+|[+-][\d:]+)?"
)
# Hours from UTC of the zones that Amazon's files name.
_ZONES = {"PST": -8, "PDT": -7, "JST": 9, "BST": 1, "CET": 1, "CEST": 2}


def amount(text: str, decimal_sign: str) -> Decimal:
    """The number. Raises ValueError: it is none with that decimal sign."""
    bare = text.translate(_SIGNS_OF_GROUPS).replace("\u2212", "-")
    group = "," if decimal_sign == "." else "."
    whole, sign, fraction = bare.partition(decimal_sign)
    parts = whole.split(group)
    if len(parts) > 1 and any(len(part) != 3 for part in parts[1:]):
        raise ValueError(text)
    plain = "".join(parts) + (f".{fraction}" if sign else "")
    if not _PLAIN.fullmatch(plain):
        raise ValueError(text)
    return Decimal(plain)


def amounts(texts: Sequence[str], decimal_sign: str) -> list[Decimal] | None:
    """All of them, or None where one is no number with that decimal sign."""
    try:
        return [amount(text, decimal_sign) for text in texts]
    except ValueError:
        return None


def moment(text: str, is_month_first: bool) -> datetime:
    """The instant in UTC; a day alone is its start, no zone is UTC.

    `is_month_first` counts for dates with slashes only. Raises ValueError.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    first, sign, second, third, hour, minute, seconds, zone = found.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    elif sign == "/" and is_month_first:
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    century = 2000 if len(year) == 2 else 0
    return datetime(
        *(int(year) + century, int(month), int(day)),
        *(int(hour or 0), int(minute or 0), int(seconds or 0)),
        tzinfo=timezone(_offset(zone)),
    ).astimezone(UTC)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in ("UTC", "GMT", "Z"):
        return timedelta()
    if zone in _ZONES:
        return timedelta(hours=_ZONES[zone])
    digits = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", zone)
    if digits is None:
        raise ValueError(zone)
    size = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return -size if digits[1] == "-" else size


def month_first(header: Sequence[str], posted: Sequence[str]) -> bool:
    """Whether dates with slashes begin with the month, by what makes a settlement.

    Raises:
        ValueError: neither order makes one.
    """
    for is_month_first in (False, True):
        try:
            start, end = (moment(text, is_month_first) for text in header)
            days = {moment(text, is_month_first) for text in set(posted)}
        except ValueError:
            continue
        slack = timedelta(days=45)
        is_period = timedelta() <= end - start <= timedelta(days=62)
        if is_period and all(start - slack <= day <= end + slack for day in days):
            return is_month_first
    raise ValueError(f"no order of day and month makes sense of {' to '.join(header)}")


def day_in(zone: str, instant: datetime) -> date:
    """The calendar day in a zone of the IANA list."""
    from zoneinfo import ZoneInfo

    return instant.astimezone(ZoneInfo(zone)).date()
