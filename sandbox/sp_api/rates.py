"""Reference rate files at the addresses the European Central Bank uses."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox import fx
from sandbox.sp_api.errors import not_found
from sandbox.sp_api.state import State


@lru_cache(maxsize=8)
def _render(first: date, last: date) -> str:
    return fx.render(first, last)


async def reference_rates(request: Request) -> Response:
    """Answer the full history, the last 90 days or the newest day."""
    state: State = request.app.state.sandbox
    last = min(state.until, state.clock().date())
    newest = next(fx.days_between(last - timedelta(days=10), last))
    firsts = {
        "eurofxref-hist.xml": fx.FIRST_DAY,
        "eurofxref-hist-90d.xml": last - timedelta(days=90),
        "eurofxref-daily.xml": newest,
    }
    first = firsts.get(request.path_params["name"])
    if first is None:
        return not_found(request.url.path).response()
    text = await run_in_threadpool(_render, first, last)
    return Response(text, media_type="text/xml")
