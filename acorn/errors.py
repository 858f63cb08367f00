"""Errors whose message tells a person what to do; shown without a traceback."""

from __future__ import annotations

from acorn.postgres import PostgresFailed
from config.company import CompanyFileError
from config.home import SecretMissing
from config.warehouse import WarehouseUnavailable
from extract.errors import ExtractError


class CommandError(Exception):
    """A command cannot go on; the message names the cause and the remedy."""


ACTIONABLE: tuple[type[Exception], ...] = (
    CommandError,
    CompanyFileError,
    ExtractError,
    SecretMissing,
    PostgresFailed,
    WarehouseUnavailable,
)
