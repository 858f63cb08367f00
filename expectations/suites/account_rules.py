"""Gate A for Amazon settlements: was the file handed in under the right account?"""

from __future__ import annotations

from expectations.rules import Rule

ACCOUNT_RULES = (
    Rule(
        check_name="account_is_named",
        why="Books are kept per account; a file of none has no place in them.",
        fault="account_code is null",
        expected="'an account from company.yml, named when the file is handed in'",
        observed="'no account'",
    ),
    Rule(
        check_name="account_is_configured",
        why="An account that company.yml does not list has no stores to compare.",
        fault="account_code is not null and not is_account_known",
        expected="'an account from company.yml'",
        observed="account_code",
        severity="warning",
    ),
    Rule(
        check_name="marketplaces_are_of_the_account",
        why="A file of another account's stores alone was perhaps handed in under the"
        " wrong account. Amazon may also pay for stores nobody listed, so it is told,"
        " not refused.",
        fault="is_account_known and strangers_stores is not null",
        expected="'stores of account ' || account_code",
        observed="strangers_stores || ', of account ' || stranger_accounts",
        severity="warning",
    ),
    Rule(
        check_name="marketplaces_are_configured",
        why="A store that company.yml does not list for the account deserves a look.",
        fault="is_account_known and foreign_marketplaces is not null"
        " and strangers_stores is null",
        expected="'stores of account ' || account_code || ' in company.yml'",
        observed="foreign_marketplaces",
        severity="warning",
    ),
)
