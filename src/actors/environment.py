"""The platform's `env` as our own values. Read in entry.py and in shells, and nowhere else."""

from collections.abc import Iterable
from typing import Any, Final

from actors.backlog import BacklogQueue
from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
    RoomClient,
)
from actors.fanout import Fanout
from actors.fetch_web import FetchWeb
from actors.origin import Origin
from actors.performer import Performer, Queue
from actors.webhook_client import WebhookClient
from domain.rollout_settings import RolloutSettings
from domain.settings import Settings
from storage.objects import Objects
from storage.r2_objects import R2Objects

# Variables change with a deployment, which makes new isolates. Reading them all costs half of what
# a request that is passed on costs: each is a crossing to JavaScript.
KNOWN: Final[list[Settings]] = []


def settings_of(env: Any) -> Settings:
    if not KNOWN:
        KNOWN.append(Settings.read(_variables(env, Settings.model_fields)))
    return KNOWN[0]


def rollout_settings_of(env: Any) -> RolloutSettings:
    return RolloutSettings.read(_variables(env, RolloutSettings.model_fields))


def _variables(env: Any, names: Iterable[str]) -> dict[str, object]:
    return {name.upper(): getattr(env, name.upper(), None) for name in names}


def performer_of(env: Any) -> Performer:
    settings = settings_of(env)
    objects = R2Objects(env.PHOTOS)
    return Performer(
        jobs=queue_of(env),
        files=FileClient(env.FILES),
        orders=OrderClient(env.ORDERS),
        inboxes=InboxClient(env.INBOXES),
        operations=OperationsClient(env.OPERATIONS),
        objects=objects,
        origin=Origin.of(settings, FetchWeb()),
        fanout=fanout_of(env, objects),
        events=getattr(env, "EVENTS", None),
    )


def fanout_of(env: Any, objects: Objects) -> Fanout:
    webhooks, orders = WebhookClient(env.WEBHOOKS), OrderClient(env.ORDERS)
    return Fanout(objects, webhooks, orders, RoomClient(env.ROOMS))


def queue_of(env: Any) -> Queue:
    """What carries jobs to consumers: the queue or, for accounts without, the backlog's actor."""
    if settings_of(env).job_transport == "cron":
        return BacklogQueue(BacklogClient(env.BACKLOG))
    jobs: Queue = env.EDIT_JOBS
    return jobs
