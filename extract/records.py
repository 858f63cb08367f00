"""Records that pass between sources, archive, loader and gate A."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

AMAZON_SETTLEMENT = "amazon_settlement"
ECB_FX_RATES = "ecb_fx_rates"
MANUAL_FX_RATES = "manual_fx_rates"
MANUAL_PRODUCT_MAP = "manual_product_map"
UNKNOWN_FEED = "unknown"
FEEDS = (AMAZON_SETTLEMENT, ECB_FX_RATES, MANUAL_FX_RATES, MANUAL_PRODUCT_MAP)


@dataclass(frozen=True)
class SourceDocument:
    """Bytes spooled on disk, and what their source says of them.

    `feed` None means: tell it from the content. `account_code` None: the document is
    company-wide. Windows are UTC.
    """

    path: Path
    original_name: str
    source: str  # amazon, ecb, manual
    authority: str  # official_api, official_sftp, manual
    feed: str | None = None
    account_code: str | None = None
    region: str | None = None
    marketplace_ids: tuple[str, ...] = ()
    report_type: str | None = None
    report_id: str | None = None
    document_id: str | None = None
    window_start_at: datetime | None = None
    window_end_at: datetime | None = None


@dataclass(frozen=True)
class ArchivedFile:
    """A document in the archive and the ledger. `is_new`: its bytes came first now."""

    file_id: int
    batch_id: int
    sha256: str
    is_new: bool
    feed: str
    account_code: str | None
    archive_path: str  # relative to the archive root


@dataclass(frozen=True)
class LoadedBatch:
    """What the loader made of one batch: `loaded`, or `quarantined` with the reason."""

    batch_id: int
    file_id: int
    raw_table: str | None
    row_count: int  # 0 when nothing could be read
    content_sha256: str | None
    status: str
    reason: str | None
