"""Rules over a profile's findings: most say that a finding must not be there."""

from __future__ import annotations

from expectations.rules import Rule


def found(
    finding: str,
    check_name: str,
    why: str,
    expected: str,
    observed: str | None = None,
) -> Rule:
    """A rule that fails where the profile has this finding."""
    return Rule(
        check_name=check_name,
        why=why,
        fault=f"findings -> '{finding}' is not null",
        line=f"findings -> '{finding}' ->> 'line'",
        count=f"coalesce(findings -> '{finding}' ->> 'count', '1')",
        expected=f"'{expected}'",
        observed=observed or f"'\"' || (findings -> '{finding}' ->> 'sample') || '\"'",
    )
