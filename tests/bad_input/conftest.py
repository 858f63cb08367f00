"""Fixtures of other folders that bad input needs as well."""

from tests.integration.amazon_sandbox import amazon, small_world
from tests.properties.conftest import shared_warehouse

__all__ = ["amazon", "shared_warehouse", "small_world"]
