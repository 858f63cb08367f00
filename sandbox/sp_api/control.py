"""Control endpoints below `/_sandbox`: faults, the call log, health."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.sp_api.state import State


async def add_fault(request: Request) -> JSONResponse:
    """Set a fault; 400 with the reason when it is not one."""
    state: State = request.app.state.sandbox
    try:
        fault = state.faults.add(await request.json())
    except ValueError as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    return JSONResponse(fault.as_json(), status_code=201)


async def list_faults(request: Request) -> JSONResponse:
    """Show the faults that are set."""
    state: State = request.app.state.sandbox
    return JSONResponse({"faults": [f.as_json() for f in state.faults.all()]})


async def clear_faults(request: Request) -> JSONResponse:
    """Remove all faults."""
    request.app.state.sandbox.faults.clear()
    return JSONResponse({"faults": []})


async def list_calls(request: Request) -> JSONResponse:
    """Show the calls the server answered, oldest first."""
    state: State = request.app.state.sandbox
    return JSONResponse({"calls": list(state.calls)})


async def clear_calls(request: Request) -> JSONResponse:
    """Empty the call log."""
    request.app.state.sandbox.calls.clear()
    return JSONResponse({"calls": []})


async def health(request: Request) -> JSONResponse:
    """Say that the server is up, and with how many reports."""
    state: State = request.app.state.sandbox
    return JSONResponse({"status": "ok", "reports": len(state.reports)})


ROUTES = [
    Route("/_sandbox/faults", add_fault, methods=["POST"]),
    Route("/_sandbox/faults", list_faults, methods=["GET"]),
    Route("/_sandbox/faults", clear_faults, methods=["DELETE"]),
    Route("/_sandbox/calls", list_calls, methods=["GET"]),
    Route("/_sandbox/calls", clear_calls, methods=["DELETE"]),
    Route("/_sandbox/health", health, methods=["GET"]),
]
