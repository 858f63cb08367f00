"""Fixtures of the tests that talk to the Amazon sandbox."""

from tests.integration.amazon_sandbox import amazon, small_world

__all__ = ["amazon", "small_world"]
