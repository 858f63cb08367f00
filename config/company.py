"""company.yml: who the company is, which accounts and stores it has, its thresholds.

The file is `$ACORN_COMPANY`, else `ACORN_HOME/company.yml`; without one the demo
company applies (`config/company.demo.yml`). `company.example.yml` shows every setting.
"""

from __future__ import annotations

import os
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from config.home import CHECKOUT, acorn_home
from config.marketplaces import marketplaces
from config.people import Person, check_people
from config.settings import Settings

DEMO_COMPANY = CHECKOUT / "config" / "company.demo.yml"
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
AccountCode = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,40}$")]


class CompanyFileError(Exception):
    """company.yml is wrong: the message names file, setting and remedy."""


class Label(Settings):
    """A text people see, in both languages."""

    en: str
    zh: str


class Account(Settings):
    """One seller account. Its stores are its marketplaces."""

    code: AccountCode
    name: Label
    marketplaces: list[str] = Field(min_length=1)

    @field_validator("marketplaces")
    @classmethod
    def _known(cls, codes: list[str]) -> list[str]:
        unknown = [code for code in codes if code not in marketplaces()]
        if unknown:
            raise ValueError(
                f"unknown marketplace {', '.join(unknown)}; known are "
                f"{', '.join(sorted(marketplaces()))}"
            )
        return codes

    @property
    def store_codes(self) -> tuple[str, ...]:
        """Its stores as reports name them: `na-demo/US`."""
        return tuple(f"{self.code}/{marketplace}" for marketplace in self.marketplaces)

    @property
    def regions(self) -> tuple[str, ...]:
        """SP-API regions of the stores, each with a refresh token of its own."""
        return tuple(
            sorted({marketplaces()[code].region for code in self.marketplaces})
        )


class ForeignExchange(Settings):
    """How amounts get into the base currency."""

    # Providers in order of preference: a company rate beats the ECB's for its day.
    providers: list[Literal["manual", "ecb"]] = ["manual", "ecb"]
    # A rate may be this many days older than the posting day (weekends, holidays).
    longest_gap_days: int = Field(default=7, ge=0, le=31)
    ecb_url: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"


class Thresholds(Settings):
    """Limits above which somebody is told."""

    # Base currency; unclassified amounts above it, in sum of absolutes, raise an alert.
    unclassified_base_amount: Decimal = Decimal("0")
    # Amazon closes a settlement every 14 days; a hole longer than this is a gap.
    settlement_gap_minutes: int = Field(default=60, ge=0)
    # A settlement that spans more is taken for a misread file.
    settlement_longest_days: int = Field(default=62, ge=1)


class Company(Settings):
    """Everything company.yml says."""

    name: Label
    base_currency: CurrencyCode
    # The zone that days and months of reports are in.
    time_zone: str
    accounts: list[Account] = Field(min_length=1)
    fx: ForeignExchange = ForeignExchange()
    thresholds: Thresholds = Thresholds()
    # Who may sign in and see which stores; everybody else sees nothing.
    people: list[Person] = []

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        if name not in _zone_names():
            raise ValueError(f"{name!r} is no IANA time zone, such as Asia/Shanghai")
        return name

    @field_validator("accounts")
    @classmethod
    def _distinct(cls, accounts: list[Account]) -> list[Account]:
        codes = [account.code for account in accounts]
        if len(set(codes)) < len(codes):
            raise ValueError("each account needs a code of its own")
        for language in ("en", "zh"):
            _refuse_shared_names(accounts, language)
        return accounts

    @field_validator("people")
    @classmethod
    def _people_fit(cls, people: list[Person], info: ValidationInfo) -> list[Person]:
        if (
            "accounts" in info.data
        ):  # else the accounts are wrong, which is told already
            accounts: list[Account] = info.data["accounts"]
            check_people(people, [code for a in accounts for code in a.store_codes])
        return people

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def account(self, code: str) -> Account:
        """The account of that code.

        Raises:
            CompanyFileError: there is none; the message lists those there are.
        """
        for account in self.accounts:
            if account.code == code:
                return account
        known = ", ".join(account.code for account in self.accounts)
        raise CompanyFileError(
            f"No account {code!r} in {company_file()}. Accounts there: {known}."
        )


@cache
def _zone_names() -> set[str]:
    # Found by a walk through the file system.
    return available_timezones()


def _refuse_shared_names(accounts: list[Account], language: str) -> None:
    """Refuse two accounts whose names read the same: dashboards show rows by name.

    Raises:
        ValueError: it names both accounts.
    """
    owners: dict[str, str] = {}
    for account in accounts:
        name = str(getattr(account.name, language))
        owner = owners.setdefault(" ".join(name.split()).casefold(), account.code)
        if owner != account.code:
            raise ValueError(
                f"{owner} and {account.code} have the same name.{language}, {name!r}; "
                f"dashboards would add them up as one. Give each a name of its own"
            )


def company_file() -> Path:
    """The file that applies."""
    named = os.environ.get("ACORN_COMPANY")
    if named:
        return Path(named)
    own = acorn_home() / "company.yml"
    return own if own.exists() else DEMO_COMPANY


def is_demo() -> bool:
    """Whether the demo company applies."""
    return company_file() == DEMO_COMPANY


def load_company(path: Path | None = None) -> Company:
    """Read and check the company file.

    Raises:
        CompanyFileError: it is missing, is not YAML, or holds a wrong setting.
    """
    source = path or company_file()
    try:
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
        return _with_overrides(Company.model_validate(content))
    except OSError as error:
        raise CompanyFileError(f"Cannot read {source}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise CompanyFileError(f"{source} is not YAML: {error}") from error
    except ValidationError as error:
        faults = "\n".join(
            f"  {'.'.join(map(str, fault['loc'])) or 'file'}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise CompanyFileError(
            f"{source} has settings that cannot be used:\n{faults}\n"
            f"company.example.yml shows every setting."
        ) from error


def _with_overrides(company: Company) -> Company:
    """$ACORN_ECB_URL beats `fx.ecb_url`: the local stack names the sandbox there."""
    url = os.environ.get("ACORN_ECB_URL")
    if not url:
        return company
    fx = company.fx.model_copy(update={"ecb_url": url})
    return company.model_copy(update={"fx": fx})
