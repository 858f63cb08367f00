"""Dates and timestamps in the styles that settlement files use.

A style says the order of day, month and year and the sign between them. Times may
follow, and a zone. Settlement times without a zone are UTC: Amazon documents
posted-date-time as UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal

DateStyle = Literal["iso", "ymd_slash", "dmy_dot", "dmy_slash", "mdy_slash", "dmy_dash"]

SLASH = "slash"  # the family whose order the text alone does not show
_DAY = r"\d{1,2}"
_YEAR = r"(?:\d{4}|\d{2})"
_FAMILIES: dict[str, re.Pattern[str]] = {
    "iso": re.compile(rf"(\d{{4}})-({_DAY})-({_DAY})(?!\d)"),
    "ymd_slash": re.compile(rf"(\d{{4}})/({_DAY})/({_DAY})(?!\d)"),
    "dmy_dot": re.compile(rf"({_DAY})\.({_DAY})\.({_YEAR})(?!\d)"),
    SLASH: re.compile(rf"({_DAY})/({_DAY})/({_YEAR})(?!\d)"),
    "dmy_dash": re.compile(rf"({_DAY})-({_DAY})-({_YEAR})(?!\d)"),
}
_ORDER: dict[DateStyle, tuple[str, str]] = {  # style: family, order of the parts
    "iso": ("iso", "ymd"),
    "ymd_slash": ("ymd_slash", "ymd"),
    "dmy_dot": ("dmy_dot", "dmy"),
    "dmy_slash": (SLASH, "dmy"),
    "mdy_slash": (SLASH, "mdy"),
    "dmy_dash": ("dmy_dash", "dmy"),
}
_TIME = re.compile(
    r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?(?: +([AP]M))?)?"
    r"(?: *([A-Z]{1,4}|[+-]\d{2}(?::?\d{2})?))?"
)
_ZONE_HOURS = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "PST": -8,
    "PDT": -7,
    "JST": 9,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
}


def family_of(text: str) -> str | None:
    """The family of styles that the text begins like: a style's name, or `slash`."""
    for family, pattern in _FAMILIES.items():
        if pattern.match(text):
            return family
    return None


def slash_parts(text: str) -> tuple[int, int]:
    """First and second number of a date of the family `slash`."""
    found = _FAMILIES[SLASH].match(text)
    if found is None:
        raise ValueError(f"{text!r} is no date with slashes")
    return int(found[1]), int(found[2])


def parse_date(text: str, style: DateStyle) -> date:
    """The date that the text begins with, as written; a two-digit year is 20xx.

    Raises:
        ValueError: there is none in that style.
    """
    return _split_date(text.strip(), style)[0]


def parse_timestamp(text: str, style: DateStyle) -> datetime:
    """The instant in UTC; without a time the day's start, without a zone UTC.

    Raises:
        ValueError: `text` is no timestamp in that style.
    """
    stripped = text.strip()
    day, rest = _split_date(stripped, style)
    found = _TIME.fullmatch(rest)
    if found is None:
        raise ValueError(f"{text!r} is no timestamp in the style {style}")
    hour, minute, second, fraction, half, zone = found.groups()
    return datetime(
        day.year,
        day.month,
        day.day,
        _hour(int(hour or 0), half),
        int(minute or 0),
        int(second or 0),
        int((fraction or "").ljust(6, "0")),
        tzinfo=_zone(zone),
    ).astimezone(UTC)


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24; `half` is AM or PM where the clock counts to 12."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} {half} is no hour")
    return hour % 12 + (12 if half == "PM" else 0)


def _split_date(text: str, style: DateStyle) -> tuple[date, str]:
    family, order = _ORDER[style]
    found = _FAMILIES[family].match(text)
    if found is None:
        raise ValueError(f"{text!r} is no date in the style {style}")
    parts = dict(zip(order, map(int, found.groups()), strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    return date(year, parts["m"], parts["d"]), text[found.end() :]


def _zone(name: str | None) -> timezone:
    if name is None:
        return UTC
    if name in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[name]))
    if name[0] not in "+-":
        raise ValueError(f"unknown time zone {name!r}")
    sign = -1 if name[0] == "-" else 1
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(sign * offset)
