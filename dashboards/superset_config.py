"""Superset's settings. Read by Superset at start, by $SUPERSET_CONFIG_PATH.

What differs between installations comes by environment (`acorn.superset` sets it):

    SUPERSET_SECRET_KEY           signs sessions, encrypts the stored passwords
    SUPERSET_HOME                 folder of the cache of chart data
    ACORN_SUPERSET_METADATA_URL   Superset's own database
    ACORN_SUPERSET_WAREHOUSE_URL  the warehouse as the role `bi`
    ACORN_SUPERSET_PERSON_KEY     signs, to Postgres, the person that Superset asks for
    ACORN_BEHIND_TLS              `1` behind a reverse proxy that speaks HTTPS

A missing one stops the start: there is no default secret or password.
"""

from __future__ import annotations

import base64
import copy
import os
from pathlib import Path

from flask import Flask, redirect, request
from superset.config import TALISMAN_CONFIG as _TALISMAN
from superset.config import THEME_DEFAULT as _THEME
from werkzeug.wrappers import Response

from dashboards.chart_cache import CHART_DATA_SECONDS, publication_of_request
from dashboards.person_setting import connect_as_person
from dashboards.security import ReaderSecurityManager
from dashboards.seen_users import only_own_roles, only_self

_IS_BEHIND_TLS = os.environ.get("ACORN_BEHIND_TLS") == "1"
_BRAND = Path(__file__).parent / "brand"


def _picture(name: str) -> str:
    """A picture as an address that holds it: Superset serves no file of ours."""
    content = base64.b64encode((_BRAND / name).read_bytes()).decode()
    return f"data:image/svg+xml;base64,{content}"


# ---- places and secrets
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["ACORN_SUPERSET_METADATA_URL"]
DATA_DIR = os.environ["SUPERSET_HOME"]

# ---- what people see
APP_NAME = "Acorn"
LANGUAGES = {
    "en": {"flag": "us", "name": "English"},
    "zh": {"flag": "cn", "name": "中文"},
}
FAVICONS = [{"href": _picture("icon.svg")}]
LOGO_TARGET_PATH = "/dashboard/list/"
THEME_DEFAULT = copy.deepcopy(_THEME)
THEME_DEFAULT["token"] |= {
    "brandAppName": APP_NAME,
    "brandLogoAlt": APP_NAME,
    "brandLogoUrl": _picture("logo.svg"),
    "brandLogoHref": LOGO_TARGET_PATH,
    # Latin text in the shipped font, Chinese in what the reader's system has.
    "fontFamily": "Inter, Helvetica, Arial, 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', sans-serif",
}
THEME_DARK = None  # one look: numbers in red and green stay legible
ENABLE_UI_THEME_ADMINISTRATION = False

# ---- what is switched on
FEATURE_FLAGS = {
    "DASHBOARD_RBAC": True,  # a role opens its dashboards, and data through them only
    "ENABLE_TEMPLATE_PROCESSING": True,  # the row rule names the signed-in person
    "CACHE_QUERY_BY_USER": True,  # nobody is served what was computed for another
    "CSS_TEMPLATES": False,
    "EMBEDDABLE_CHARTS": False,
}

# ---- numbers that leave: a limit that is hit would cut an export without a word, so
# it is what an Excel sheet can hold. Charts set lower ones of their own.
ROW_LIMIT = SQL_MAX_ROW = TABLE_VIZ_MAX_ROW_SERVER = 1_000_000
# Streamed exports run outside the request, where nobody is signed in: row security
# would give them no rows. So no export is long enough to be streamed.
CSV_STREAMING_ROW_THRESHOLD = ROW_LIMIT + 1
NATIVE_FILTER_DEFAULT_ROW_LIMIT = 10_000
CSV_EXPORT = {"encoding": "utf-8-sig"}  # else Excel reads Chinese as gibberish

# ---- cache of chart data; see dashboards/chart_cache.py for why it is never stale
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "dashboards.chart_cache.PublishedCache",
    "CACHE_DIR": str(Path(DATA_DIR) / "cache"),
    "CACHE_DEFAULT_TIMEOUT": CHART_DATA_SECONDS,
    "CACHE_THRESHOLD": 2_000,  # entries; the oldest go
}
SUPERSET_WEBSERVER_TIMEOUT = 60

# ---- safety
CUSTOM_SECURITY_MANAGER = ReaderSecurityManager
DB_CONNECTION_MUTATOR = connect_as_person
EXTRA_RELATED_QUERY_FILTERS = {"user": only_self, "role": only_own_roles}
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _IS_BEHIND_TLS
ENABLE_PROXY_FIX = _IS_BEHIND_TLS
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_APPLICATION = "500 per second"  # a page asks for a hundred files at once
AUTH_RATE_LIMIT = "30 per minute"
FAB_API_SWAGGER_UI = False
ENABLE_CORS = False
# Pages load nothing from elsewhere. Superset's pages ask a third party for a pixel that
# counts installations; this keeps the browser from fetching it.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = copy.deepcopy(_TALISMAN) | {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
    },
    "session_cookie_secure": _IS_BEHIND_TLS,
}


def FLASK_APP_MUTATOR(app: Flask) -> None:  # noqa: N802 - Superset's name
    """Give the server what settings cannot: see the two steps before each request."""

    @app.before_request
    def go_to_dashboards() -> Response | None:
        # Instead of a start page of drafts and recents.
        is_start = request.path in ("/", "/superset/welcome/")
        return redirect(LOGO_TARGET_PATH) if is_start else None

    @app.before_request
    def note_publication() -> None:
        if request.path == "/api/v1/chart/data":
            publication_of_request()
