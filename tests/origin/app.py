"""The origin put together: its parts, its routes, its errors, and the gate before them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tests.origin import dialect
from tests.origin.call import Backend
from tests.origin.config import Config
from tests.origin.control import control
from tests.origin.database import Database
from tests.origin.editor import Editor
from tests.origin.gate import Gate
from tests.origin.hub import Hub
from tests.origin.media import Media
from tests.origin.request_log import RequestLog
from tests.origin.routes import api
from tests.origin.store import Store
from tests.origin.switches import Switches


def origin(config: Config) -> Starlette:
    hub, media = Hub(), Media(config)
    store = Store(Database(config.state / "origin.sqlite"), hub)
    backend = Backend(config, store, hub, media, Editor(config, store, media))
    switches, log = Switches(), RequestLog()

    @asynccontextmanager
    async def alive(_app: Starlette) -> AsyncIterator[None]:
        backend.editor.resume()
        yield
        await backend.editor.stop()
        await media.close()
        store.database.close()

    app = Starlette(
        routes=[*api(backend), *control(switches, log)],
        middleware=[Middleware(Gate, switches=switches, log=log)],
        exception_handlers={
            dialect.Refusal: _refused,
            HTTPException: _not_found,
            ClientDisconnect: _gone,
            Exception: _broke,
        },
        lifespan=alive,
    )
    app.router.redirect_slashes = False
    return app


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, dialect.Refusal)
    return dialect.refused(refusal.fault, refusal.headers)


async def _not_found(_request: Request, _error: Exception) -> Response:
    """The framework itself raises this for unknown paths only."""
    return dialect.refused(dialect.NOT_FOUND)


async def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody hears it any more; it keeps a client's going from being logged as a fault."""
    return Response(None, 400)


async def _broke(_request: Request, _bug: Exception) -> Response:
    return dialect.refused(dialect.INTERNAL)
