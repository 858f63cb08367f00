"""The base of every section of company.yml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Frozen settings; a misspelt one is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
