"""The error of commands. It stands alone so that `acorn down` imports nothing heavy."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot go on; the message names the cause and the remedy."""
