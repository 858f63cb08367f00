"""The assets that chain the DAGs. Each is named after the tables it stands for.

An event says: there is something new in it. Its `extra` names what (batch ids, the
build id), so that the next DAG works on exactly that.
"""

from __future__ import annotations

from airflow.sdk import Asset

RAW_AMAZON_SETTLEMENTS = Asset("raw.amazon_settlements")
RAW_FX_RATES = Asset("raw.fx_rates")
RAW_MANUAL_FILES = Asset("raw.manual_files")
MARTS = Asset("marts")
REPORTS = Asset("reports")
