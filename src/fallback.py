"""The emergency Worker: passes everything on to the origin. See `wrangler.fallback.toml`."""

from typing import Any

from workers import WorkerEntrypoint

from domain.fallback_settings import FallbackSettings
from edge.fallback import Fallback, fall_back
from edge.proxy import Bounds, Proxy
from rim.origin import FetchOrigin
from rim.served import served


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Any:
        env = self.env
        return await served(request, lambda asked: fall_back(asked, lambda: _fallback(env)))


def _fallback(env: Any) -> Fallback:
    names = [name.upper() for name in FallbackSettings.model_fields]
    settings = FallbackSettings.read({name: getattr(env, name, None) for name in names})
    bounds = Bounds.of(settings.backend_request_timeout_ms, settings.backend_retry_attempts)
    return Fallback(
        # Who may read its answers, nobody here knows but the origin.
        proxy=Proxy(settings.origin_api_base, bounds, FetchOrigin(), drop_answers=()),
        prefixes=settings.prefixes,
    )
