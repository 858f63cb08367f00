"""dbt's cross-database macros, as far as models use them, for the SQL linter alone.

The linter looks at layout, not at results: each answers SQL of the same shape.
"""


def type_string() -> str:
    return "text"


def concat(fields: list[str]) -> str:
    return " || ".join(fields)


def date_trunc(part: str, value: str) -> str:
    return f"date_trunc('{part}', {value})"


def dateadd(part: str, number: object, value: str) -> str:
    return f"({value} + interval '1 {part}' * ({number}))"


def datediff(start: str, end: str, part: str) -> str:
    return f"({end} - {start})"
