"""The Worker: what the platform calls. Its objects become ours here, and services are built."""

import importlib
import importlib.util
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from workers import WorkerEntrypoint, wait_until

from actors.backlog_actor import BacklogActor
from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
    RolloutClient,
    RoomClient,
)
from actors.environment import fanout_of, rollout_settings_of, settings_of
from actors.fetch_web import FetchWeb
from actors.file_actor import FileActor
from actors.inbox_actor import InboxActor
from actors.operations_actor import OperationsActor
from actors.order_actor import OrderActor
from actors.rollout_actor import RolloutActor
from actors.room_actor import RoomActor
from actors.webhook_actor import WebhookActor
from actors.webhook_client import WebhookClient
from clock import clock_ms
from consumer.edit import Editor
from consumer.transport import Transport
from domain.settings import Settings
from edge.access_keys import AccessKeys
from edge.app import respond
from edge.flushing import flush
from edge.proxy import Bounds, Proxy
from edge.rollout_state import RolloutState
from edge.services import Services
from edge.signing import Signer
from edge.telemetry import Telemetry
from rim.limiter import BindingLimiter
from rim.origin import FetchOrigin
from rim.points import EnginePoints
from rim.served import served
from rim.verifier import SubtleVerifier
from storage.counted_objects import CountedObjects
from storage.images_previews import ImagesPreviews
from storage.kv_config import KvConfig
from storage.objects import Objects
from storage.previews import CopyPreviews, PreviewMaker
from storage.r2_objects import R2Objects

__all__ = [
    "BacklogActor",
    "Default",
    "FileActor",
    "InboxActor",
    "OperationsActor",
    "OrderActor",
    "RolloutActor",
    "RoomActor",
    "WebhookActor",
]

BUILT: list[Services] = []  # once in an isolate, by its first request


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Any:
        env = self.env
        return await served(request, lambda asked: respond(asked, lambda: _services(env)))

    async def queue(self, batch: Any, env: Any = None, ctx: Any = None) -> None:  # noqa: ARG002
        await _transport(self.env).consume(str(batch.queue), list(batch.messages))
        await _tell_failures(self.env)

    async def scheduled(self, controller: Any, env: Any = None, ctx: Any = None) -> None:  # noqa: ARG002
        await _transport(self.env).drain()
        await _tell_failures(self.env)


def _later(work: Callable[[], Coroutine[None, None, None]]) -> None:
    wait_until(work())


def _services(env: Any) -> Services:
    """The same for all requests of an isolate: each binding that is looked up is paid for.

    What they share of it besides is plain data, which may be lost with the isolate.
    """
    if not BUILT:
        BUILT.append(_built(env))
    return BUILT[0]


def _built(env: Any) -> Services:
    settings = settings_of(env)
    telemetry = Telemetry(uuid.uuid4().hex, rollout_settings_of(env).breaker_minute_ms)
    bucket = R2Objects(env.PHOTOS)
    return Services(
        settings=settings,
        files=FileClient(env.FILES),
        orders=OrderClient(env.ORDERS),
        inboxes=InboxClient(env.INBOXES),
        operations=OperationsClient(env.OPERATIONS),
        rollouts=RolloutClient(env.ROLLOUTS),
        rooms=RoomClient(env.ROOMS),
        webhooks=WebhookClient(env.WEBHOOKS),
        objects=_counted(bucket, telemetry),
        bucket=bucket,
        signer=Signer(settings.url_signing_secret),
        config=KvConfig(env.ROLLOUT),
        web=FetchWeb(),
        later=_later,
        clock=clock_ms,
        rollout=RolloutState(),
        telemetry=telemetry,
        points=EnginePoints(getattr(env, "REQUESTS", None)),
        access_keys=AccessKeys(),
        verifier=SubtleVerifier(),
        qa_limit=BindingLimiter(getattr(env, "QA_LIMIT", None)),
        proxy=_proxy(settings),
    )


def _proxy(settings: Settings) -> Proxy | None:
    if not settings.origin_api_base:
        return None
    bounds = Bounds.of(settings.backend_request_timeout_ms, settings.backend_retry_attempts)
    return Proxy(settings.origin_api_base, bounds, FetchOrigin())


def _counted(objects: Objects, telemetry: Telemetry) -> Objects:
    """The rollout is judged by the bucket's failures, too."""
    return CountedObjects(objects, lambda: telemetry.happened(clock_ms(), "r2_failures"))


async def _tell_failures(env: Any) -> None:
    """What went wrong in a batch, which no request's end tells of."""
    services = _services(env)
    if services.telemetry.has_events:
        await flush(services)


def _transport(env: Any) -> Transport:
    services = _services(env)
    return Transport(
        editor=Editor(
            files=services.files,
            objects=services.objects,
            makers=_preview_makers(env, services.objects),
            worker_id=uuid.uuid4().hex,
        ),
        operations=services.operations,
        backlog=BacklogClient(env.BACKLOG),
        fanout=fanout_of(env, services.objects),
    )


def _preview_makers(env: Any, objects: Objects) -> list[PreviewMaker]:
    """Pillow where the platform has it, then the Images binding, then an identical copy."""
    makers: list[PreviewMaker] = []
    if importlib.util.find_spec("PIL") is not None:
        pillow = importlib.import_module("storage.pillow_previews")
        makers.append(pillow.PillowPreviews(objects))
    if hasattr(env, "IMAGES"):
        makers.append(ImagesPreviews(env.IMAGES, objects))
    return [*makers, CopyPreviews(objects)]
