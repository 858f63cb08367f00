"""The error family of extract/. A message names feed, file, line and remedy."""

from __future__ import annotations


class ExtractError(Exception):
    """Anything extract/ refuses to go on with."""


class TransientError(ExtractError):
    """The source did not answer as it should just now: try again later."""


class TruncatedFetchError(TransientError):
    """A download ended before its announced end."""


class CredentialError(ExtractError):
    """The source refused who we are. A person has to renew or correct a secret."""


class AccountMismatchError(ExtractError):
    """Bytes that belong to one account were handed in under another."""


class ContractError(ExtractError):
    """The source's document is not what was agreed: changed or unreadable.

    `check_name` is the name the finding gets in ops.gate_results.
    """

    def __init__(
        self,
        check_name: str,
        remark: str,
        *,
        feed: str | None = None,
        file_name: str | None = None,
        line_number: int | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        self.check_name = check_name
        self.remark = remark
        self.feed = feed
        self.file_name = file_name
        self.line_number = line_number
        self.expected = expected
        self.found = found
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """One line for people: where, what, expected and found."""
        place = ", ".join(
            part
            for part in (
                self.feed,
                self.file_name,
                f"line {self.line_number}" if self.line_number else None,
            )
            if part
        )
        told = f"{place}: {self.remark}" if place else self.remark
        if self.expected:
            told += f" Expected {self.expected}."
        if self.found:
            told += f" Found {self.found}."
        return told
