"""Passwords and keys of a local stack: made once, kept in ACORN_HOME only.

`ACORN_HOME/secrets.json` is written on first start with mode 0600. In production the
same names come from the environment (`ACORN_LOADER_PASSWORD`, ...) and this file does
not exist. Each person of company.yml has a password here too.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from config import home
from config.company import load_company

NAMES = (
    "postgres_password",
    "owner_password",
    "loader_password",
    "transformer_password",
    "analyst_password",
    "bi_password",
    "airflow_password",
    "airflow_admin_password",
    "airflow_jwt_secret",
    "airflow_api_secret_key",
    "airflow_fernet_key",
    "superset_password",
    "superset_admin_password",
    "superset_secret_key",
    "superset_person_key",
)


def ensure_secrets() -> Path:
    """Make the secrets that this ACORN_HOME lacks; keep those it has.

    Raises:
        CompanyFileError: company.yml, which says who the people are, cannot be used.
    """
    path = home.acorn_home() / "secrets.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = json.loads(path.read_text()) if path.exists() else {}
    people = [person.secret_name for person in load_company().people]
    missing = [name for name in (*NAMES, *people) if name not in stored]
    if missing:
        stored |= {name: _new_secret(name) for name in missing}
        _write_private(path, json.dumps(stored, indent=2))
        home._stored_secrets.cache_clear()
    return path


def _new_secret(name: str) -> str:
    if name == "airflow_fernet_key":  # Fernet wants exactly 32 bytes, base64
        return urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(18)


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
