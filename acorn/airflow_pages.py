"""Data Docs and dbt docs behind Airflow's sign-in, part of its API server.

dbt docs are for everybody who may open the Airflow UI. Data Docs show the contents of
files of all stores, so they are for the admin and for people with `stores: all` in
company.yml, which is read at each request.

Both sites hold texts that came in with files (Great Expectations does not escape them
all) and share their origin with Airflow, so their headers take away what a script could
do there: Data Docs run none, dbt docs run theirs as a stranger to Airflow, without its
cookies.
"""

from __future__ import annotations

from pathlib import Path

from airflow.api_fastapi.app import get_auth_manager  # noqa: TID251 - served by Airflow
from airflow.api_fastapi.auth.managers.models.resource_details import (  # noqa: TID251
    AccessView,
)
from airflow.api_fastapi.core_api.security import (  # noqa: TID251
    GetUserDep,
    requires_access_view,
)
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from acorn.airflow_people import ADMIN_USER
from config.company import load_company
from config.people import ALL_STORES
from deliver.dbt_docs import dbt_docs_folder
from expectations.context import data_docs_index

_COMMON = "default-src 'none'; base-uri 'none'; form-action 'none'; "
_COMMON += "frame-ancestors 'self'; style-src 'self' 'unsafe-inline'; "
_COMMON += "img-src 'self' data:; font-src 'self' data:"
_POLICIES = {
    "data-docs": _COMMON,  # script-src falls back to 'none'
    # One page with its scripts inside. The sandbox gives it an origin of its own.
    "dbt-docs": f"{_COMMON}; script-src 'unsafe-inline' 'unsafe-eval'; "
    "sandbox allow-scripts allow-downloads",
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
_NOTHING_YET = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Not there</title></head>
<body style="font-family: sans-serif; margin: 3rem">
<p>There is no such page. Data Docs appear after the first gate has run, dbt docs after
the first reports are published (DAG publish_dbt_docs).</p>
<p lang="zh">没有这个页面。Data Docs 在首次检查运行后出现，dbt docs 在首次发布报表后由
DAG publish_dbt_docs 生成。</p>
</body></html>
"""
_OF_ALL_STORES = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Not for you</title></head>
<body style="font-family: sans-serif; margin: 3rem">
<p>You may not open this page. Data Docs show files of all stores: they are for people
with <code>stores: all</code> in company.yml and for the admin.</p>
<p lang="zh">您无权打开此页。Data Docs 显示所有店铺的文件，只对 company.yml 中设置了
<code>stores: all</code> 的人员和管理员开放。</p>
</body></html>
"""


def build_app() -> FastAPI:
    """The app that the API server mounts; folders may be made later."""
    app = FastAPI(openapi_url=None)
    sites = {
        "data-docs": _site(data_docs_index().parent),
        "dbt-docs": _site(dbt_docs_folder()),
    }

    @app.api_route(
        "/{site}/{path:path}",
        methods=["GET", "HEAD"],
        dependencies=[Depends(requires_access_view(AccessView.WEBSITE))],
    )
    async def page(
        site: str, path: str, request: Request, user: GetUserDep
    ) -> Response:
        if site not in sites:
            raise HTTPException(404)
        if site == "data-docs" and not _sees_all_stores(user.get_name()):
            raise HTTPException(403)
        # Refuses, as not found, what lies outside the folder, links followed.
        answer = await sites[site].get_response(path or "index.html", request.scope)
        answer.headers["Content-Security-Policy"] = _POLICIES[site]
        return _with_headers(answer)

    app.add_exception_handler(401, _to_sign_in)
    app.add_exception_handler(403, _not_for_you)
    app.add_exception_handler(404, _not_there)
    return app


def _site(folder: Path) -> StaticFiles:
    return StaticFiles(directory=folder, check_dir=False)


def _sees_all_stores(name: str) -> bool:
    people = load_company().people
    return name == ADMIN_USER or any(
        person.name == name and person.stores == ALL_STORES for person in people
    )


async def _to_sign_in(request: Request, error: Exception) -> Response:
    """A person goes to the sign-in and comes back here; a program is told no."""
    if "text/html" not in request.headers.get("accept", ""):
        return _with_headers(JSONResponse({"detail": "Not authenticated"}, 401))
    # The path alone: behind a proxy the public scheme and host are not the request's.
    login = get_auth_manager().get_url_login(next_url=request.url.path)
    return _with_headers(RedirectResponse(login, 303))


async def _not_for_you(request: Request, error: Exception) -> Response:
    return _page(_OF_ALL_STORES, 403)


async def _not_there(request: Request, error: Exception) -> Response:
    return _page(_NOTHING_YET, 404)


def _page(text: str, status: int) -> Response:
    answer = HTMLResponse(text, status)
    answer.headers["Content-Security-Policy"] = _COMMON
    return _with_headers(answer)


def _with_headers(answer: Response) -> Response:
    answer.headers.update(_HEADERS)
    return answer
