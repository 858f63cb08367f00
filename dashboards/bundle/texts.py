"""Texts in both languages, stable ids, and the error that names a fault of the spec."""

from __future__ import annotations

import uuid
from typing import Any

LANGUAGES = ("en", "zh")
Texts = dict[str, str]

# Ids are made from names, so that the same spec gives the same bundle and an import
# updates what is there. Changing this makes every asset a new one.
_NAMESPACE = uuid.UUID("6f0f6a52-8d0b-5b0e-9b53-0d6a3c1c7f10")


class SpecError(Exception):
    """The spec asks for what does not exist; the message says where and what."""


def texts(value: Any, where: str) -> Texts:
    """`value` as a text in every language.

    Raises:
        SpecError: a language is missing, empty or unknown.
    """
    if not isinstance(value, dict):
        raise SpecError(f"{where}: expected {{en: ..., zh: ...}}, found {value!r}.")
    for language in LANGUAGES:
        found = value.get(language)
        if not isinstance(found, str) or not found.strip():
            raise SpecError(f"{where}: the text in {language!r} is missing.")
    if unknown := set(value) - set(LANGUAGES):
        raise SpecError(f"{where}: unknown languages {sorted(unknown)}.")
    return {language: value[language].strip() for language in LANGUAGES}


def stable_id(*parts: str) -> str:
    """The UUID of an asset, the same on every machine and in every run."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def refuse_unknown(entry: dict[str, Any], known: set[str], where: str) -> None:
    """Refuse a misspelt setting.

    Raises:
        SpecError: `entry` has a key that is not known.
    """
    if unknown := set(entry) - known:
        raise SpecError(
            f"{where}: unknown settings {sorted(unknown)}; known are {sorted(known)}."
        )
