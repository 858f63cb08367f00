"""What the server knows: the world's reports, tokens, faults and the call log."""

from __future__ import annotations

import hmac
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.sp_api.faults import Faults
from sandbox.sp_api.throttle import Throttle

Clock = Callable[[], datetime]
RETENTION = timedelta(days=90)


@dataclass(frozen=True)
class Seller:
    """One account in one region: what a refresh token stands for."""

    account_code: str
    region: str

    @property
    def key(self) -> str:
        """A text key for buckets and signatures."""
        return f"{self.account_code}:{self.region}"


@dataclass
class Report:
    """A report of a seller; settlement reports are DONE from the start."""

    seller: Seller
    report_id: str
    report_type: str
    marketplace_ids: list[str]
    created: datetime
    start: datetime
    end: datetime
    settlement_id: str = ""
    document_id: str = ""
    compression: str = ""
    charset: str = ""
    path: Path | None = None
    content: bytes = b""
    requested: bool = False
    outcome: str = "DONE"
    cancelled: bool = False


@dataclass
class State:
    """Everything a handler needs; one per app."""

    root: Path
    until: date
    clock: Clock
    throttle: Throttle
    token_seconds: int = 3600
    document_seconds: int = 300
    queue_seconds: float = 15.0
    work_seconds: float = 30.0
    faults: Faults = field(default_factory=Faults)
    reports: list[Report] = field(default_factory=list)
    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=50_000))
    # The same in every process, so that tokens and URLs survive a restart.
    secret: bytes = b"sandbox, not a secret"

    def sign(self, text: str) -> str:
        """Sign a text with the server's own key."""
        return hmac.new(self.secret, text.encode(), sha256).hexdigest()

    def log(self, operation: str, account: str, region: str, status: int) -> None:
        """Add a call to the log that `/_sandbox/calls` shows."""
        self.calls.append(
            {
                "time": self.clock().isoformat(),
                "operation": operation,
                "account_code": account,
                "region": region,
                "status": status,
            }
        )

    def report(self, seller: Seller, report_id: str) -> Report | None:
        """Find a report; ids are unique only within a seller."""
        for report in self.reports:
            if report.seller == seller and report.report_id == report_id:
                return report if self.is_visible(report) else None
        return None

    def is_visible(self, report: Report) -> bool:
        """Reports appear once created and are kept for 90 days."""
        now = self.clock()
        return now - RETENTION <= report.created <= now


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time; ValueError if it is none. No zone means UTC."""
    parsed = datetime.fromisoformat(text.strip().replace(" ", "+"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def write_time(moment: datetime) -> str:
    """Write a time as the API does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def load_reports(root: Path) -> list[Report]:
    """Read the world's manifest into reports, duplicates included."""
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    reports: list[Report] = []
    for entry in manifest["files"]:
        for number, listed in enumerate(entry["reports"]):
            reports.append(
                Report(
                    seller=Seller(entry["account_code"], entry["region"]),
                    report_id=listed["report_id"],
                    report_type=entry["report_type"],
                    marketplace_ids=[entry["marketplace_id"]],
                    created=parse_time(listed["created_time"]),
                    start=parse_time(entry["period_start"]),
                    end=parse_time(entry["period_end"]),
                    settlement_id=entry["settlement_id"],
                    document_id=listed["report_document_id"],
                    compression=listed["compression"],
                    charset=_charset(entry["encoding"], len(reports) + number),
                    path=root / entry["path"],
                )
            )
    return reports


def _charset(encoding: str, number: int) -> str:
    """Every other document names its charset; the rest leave clients to find out."""
    if number % 2:
        return ""
    names = {"cp932": "Shift_JIS", "cp1252": "windows-1252", "utf-8": "UTF-8"}
    return names[encoding]
