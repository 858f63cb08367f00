"""Faults on demand, set over `POST /_sandbox/faults` and consumed by requests.

A fault is a JSON object: `kind`, how often (`count`), and filters `operation`,
`account_code`, `region`, `settlement_id`, `report_id`. Kinds that describe a state
last until cleared unless a count is given; the others happen once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STATES = {"revoke_token", "revoke_role", "report_status", "slow"}
KINDS = STATES | {
    "throttle_storm",
    "server_error",
    "expire_document_url",
    "truncate_gzip",
    "html_error_page",
    "repeat_page",
    "shuffle_pages",
}
FILTERS = ("operation", "account_code", "region", "settlement_id", "report_id")


@dataclass
class Fault:
    """One fault and how many times it will still happen (None: until cleared)."""

    kind: str
    fields: dict[str, Any]
    left: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the control endpoints show it."""
        return {"kind": self.kind, **self.fields, "left": self.left}


class Faults:
    """The faults that are set, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, body: object) -> Fault:
        """Set a fault; ValueError when the body does not describe one."""
        if not isinstance(body, dict) or body.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        kind = str(body["kind"])
        count = body.get("count", None if kind in STATES else 1)
        if count is not None and (not isinstance(count, int) or count < 1):
            raise ValueError("count must be a positive integer")
        if kind == "report_status" and body.get("status") not in ("CANCELLED", "FATAL"):
            raise ValueError("status must be CANCELLED or FATAL")
        fields = {k: v for k, v in body.items() if k not in ("kind", "count")}
        fault = Fault(kind, fields, count)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def all(self) -> list[Fault]:
        """Return the faults that are set."""
        return list(self._faults)

    def take(self, kind: str, **facts: str) -> Fault | None:
        """Use up one matching fault, if there is one."""
        for fault in self.matching(kind, **facts):
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    self._faults.remove(fault)
            return fault
        return None

    def matching(self, kind: str, **facts: str) -> list[Fault]:
        """Return the matching faults without using any up."""
        return [f for f in self._faults if f.kind == kind and _matches(f, facts)]


def _matches(fault: Fault, facts: dict[str, str]) -> bool:
    """Every filter of the fault must be known and equal; `reports` is a family."""
    for name in FILTERS:
        wanted = fault.fields.get(name)
        if wanted is None:
            continue
        found = facts.get(name)
        family = facts.get("family") if name == "operation" else None
        if wanted not in (found, family):
            return False
    return True
