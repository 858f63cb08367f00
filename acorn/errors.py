"""Errors whose message tells a person what to do; shown without a traceback."""

from __future__ import annotations

from acorn.command_error import CommandError
from acorn.postgres import PostgresFailed
from config.company import CompanyFileError
from config.home import SecretMissing
from config.warehouse import WarehouseUnavailable
from deliver.build import BuildRefused
from deliver.build_lock import BuildBusy, BuildReplaced
from deliver.dbt import DbtFailed
from deliver.publish import PublicationRefused
from expectations.checkpoints import GateFailed
from expectations.release import DecisionRefused
from extract.errors import ExtractError

ACTIONABLE: tuple[type[Exception], ...] = (
    BuildBusy,
    BuildRefused,
    BuildReplaced,
    CommandError,
    CompanyFileError,
    DbtFailed,
    DecisionRefused,
    ExtractError,
    GateFailed,
    PostgresFailed,
    PublicationRefused,
    SecretMissing,
    WarehouseUnavailable,
)
