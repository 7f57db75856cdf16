"""The switches and the log, for tests. Not below /api/, so nothing gets here through the edge."""

from collections.abc import Sequence

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.origin.request_log import RequestLog
from tests.origin.switches import Rule, Switches


def control(switches: Switches, log: RequestLog) -> Sequence[BaseRoute]:
    async def switch(request: Request) -> Response:
        if request.method == "POST":
            try:
                switches.add(Rule.model_validate_json(await request.body()))
            except ValidationError as error:
                return JSONResponse(error.errors(include_url=False, include_context=False), 422)
        elif request.method == "DELETE":
            switches.clear()
        return JSONResponse([rule.model_dump(mode="json") for rule in switches.rules()])

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            log.clear()
        return JSONResponse({"requests": log.entries(request.query_params.get("prefix", ""))})

    return (
        Route("/__switch", switch, methods=["GET", "POST", "DELETE"]),
        Route("/__log", requests, methods=["GET", "DELETE"]),
    )
