"""Actors without a platform: the real cores, hosts, repositories and SQL behind `getByName`.

Time is whatever `time.time()` says, so a test freezes it. Alarms ring when the test says so.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar

from actors.alerting import Alerting
from actors.backlog import BacklogCore, BacklogQueue
from actors.calls import Stub
from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
    RoomClient,
)
from actors.fanout import Fanout
from actors.file import FileCore
from actors.host import Host, answered, wall_clock_ms
from actors.inbox import InboxCore
from actors.operations import OperationsCore
from actors.order import OrderCore
from actors.origin import Origin
from actors.performer import Performer
from actors.rollout import RolloutCore
from actors.room import RoomCore
from actors.room_talk import RoomAttachment
from actors.waiting import Waiting
from actors.webhook_client import WebhookClient
from domain.messages.live import WATCH_HEADER, Watch
from domain.messages.order import AwaitOrder
from domain.messages.room import RoomWatch
from domain.rollout_settings import RolloutSettings
from domain.settings import Settings
from storage.hub_repository import Published
from tests.fakes.local_actor import LocalActor, LocalAnswer
from tests.fakes.local_watchers import answer_to
from tests.fakes.local_webhooks import LocalWebhooks
from tests.fakes.memory_mail import MemoryMail
from tests.fakes.memory_objects import MemoryObjects
from tests.fakes.memory_queue import MemoryQueue
from tests.fakes.memory_web import MemoryWeb


class LocalFile(LocalActor):
    def __init__(self, settings: Settings, performer: Performer) -> None:
        super().__init__()
        core = FileCore(self.sql, settings, lambda: 1.0)
        self.host = Host(core, self.alarm, performer.perform)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer


class LocalOrder(LocalActor):
    def __init__(self, settings: Settings, performer: Performer) -> None:
        super().__init__()
        self.events: list[Published] = []
        self._core = OrderCore(self.sql, settings, lambda: secrets.token_hex(4))
        self._waiting = Waiting(self._core.cursor)
        self.host = Host(self._core, self.alarm, performer.perform)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        events = self._core.take_events()
        self.events += events
        self._waiting.release(events)
        await self.host.settle()
        return answer

    async def wait(self, text: str) -> str:
        message = AwaitOrder.model_validate_json(text)
        return await self._waiting.answer(message, lambda: self.host.answer(text))

    async def fetch(self, request: object) -> LocalAnswer:
        """The request is the headers that the edge has set."""
        assert isinstance(request, dict)
        watch = Watch.model_validate_json(request[WATCH_HEADER])
        open_at = partial(self._core.opening, watch.caller_id)
        return await answer_to(watch, open_at, self._waiting)


class LocalRoom(LocalActor):
    def __init__(self, settings: Settings, performer: Performer) -> None:
        super().__init__()
        self.events: list[Published] = []
        self.core = RoomCore(self.sql, settings, lambda: secrets.token_hex(4))
        self._waiting = Waiting(self.core.cursor)
        self.host = Host(self.core, self.alarm, performer.perform)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        self._tell()
        await self.host.settle()
        return answer

    async def fetch(self, request: object) -> LocalAnswer:
        """As that of an order. A socket stays until a test takes it away."""
        assert isinstance(request, dict)
        watch = RoomWatch.model_validate_json(request[WATCH_HEADER])
        open_at = partial(self.core.opening, watch.room_id)
        return await answer_to(watch, open_at, self._waiting, partial(self._accept, watch))

    async def _accept(self, watch: RoomWatch) -> None:
        attached = RoomAttachment.of(watch, secrets.token_hex(8))
        self.core.rates.come(watch.caller_id, wall_clock_ms())
        self.core.connect(watch.room_id, attached.connection, wall_clock_ms())
        self._tell()
        await self.host.settle()

    def _tell(self) -> None:
        events = self.core.take_events()
        self.events += events
        self._waiting.release(events)


class LocalInbox(LocalActor):
    def __init__(self) -> None:
        super().__init__()
        self._core = InboxCore(self.sql)

    async def receive(self, text: str) -> str:
        return answered(self._core, text, wall_clock_ms())


class LocalOperations(LocalActor):
    def __init__(self, performer: Performer) -> None:
        super().__init__()
        self.host = Host(OperationsCore(self.sql), self.alarm, performer.perform)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer


class LocalRollout(LocalActor):
    def __init__(
        self, settings: Settings, rollout_settings: RolloutSettings, performer: Performer
    ) -> None:
        super().__init__()
        core = RolloutCore(self.sql, rollout_settings, settings.orphan_after_ms)
        self.host = Host(core, self.alarm, performer.perform)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer


class LocalBacklog(LocalActor):
    def __init__(self) -> None:
        super().__init__()
        self._core = BacklogCore(self.sql)

    async def receive(self, text: str) -> str:
        return answered(self._core, text, wall_clock_ms())


Local = TypeVar("Local", bound=Stub)


class LocalNamespace(Generic[Local]):
    """A Durable Object binding. An actor comes to be when it is first addressed."""

    def __init__(self, build: Callable[[str], Local]) -> None:
        self.is_down = False
        self.calls = 0
        self.actors: dict[str, Local] = {}
        self._build = build

    def getByName(self, name: str) -> Local:  # noqa: N802 -- the platform's spelling
        if self.is_down:
            raise ConnectionError("Network connection lost.")
        self.calls += 1
        if name not in self.actors:
            self.actors[name] = self._build(name)
        return self.actors[name]


class LocalActors:
    """All actors of the product, with the queue and the bucket that they use."""

    def __init__(self, settings: Settings, rollout_settings: RolloutSettings | None = None) -> None:
        thresholds = rollout_settings or RolloutSettings()
        self.alerts_web = MemoryWeb()
        self.mail = MemoryMail()
        self.web = MemoryWeb()  # on which the origin is told of uploads
        self.objects = MemoryObjects()
        self.queue = MemoryQueue()
        self.inboxes = LocalNamespace(lambda _: LocalInbox())
        self.orders = LocalNamespace(lambda _: LocalOrder(settings, performer))
        self.rooms = LocalNamespace(lambda _: LocalRoom(settings, performer))
        self.files = LocalNamespace(lambda _: LocalFile(settings, performer))
        self.operations = LocalNamespace(lambda _: LocalOperations(performer))
        self.backlog = LocalNamespace(lambda _: LocalBacklog())
        self.receivers = MemoryWeb()  # of webhooks
        self.webhooks = LocalNamespace(lambda _: LocalWebhooks(settings, self.receivers))
        self.rollouts = LocalNamespace(lambda _: LocalRollout(settings, thresholds, alerting))
        orders, webhooks = OrderClient(self.orders), WebhookClient(self.webhooks)
        self.fanout = Fanout(self.objects, webhooks, orders, RoomClient(self.rooms))
        is_cron = settings.job_transport == "cron"
        self.performer = performer = Performer(
            jobs=BacklogQueue(BacklogClient(self.backlog)) if is_cron else self.queue,
            files=FileClient(self.files),
            orders=OrderClient(self.orders),
            inboxes=InboxClient(self.inboxes),
            operations=OperationsClient(self.operations),
            objects=self.objects,
            origin=Origin.of(settings, self.web),
            fanout=self.fanout,
        )
        alerts = Alerting(thresholds, self.alerts_web, self.mail, wall_clock_ms)
        alerting = replace(performer, alerts=alerts)

    async def ring(self) -> None:
        """Every alarm that is due, once."""
        hosted: list[
            LocalFile | LocalOrder | LocalRoom | LocalOperations | LocalRollout | LocalWebhooks
        ] = [
            *self.files.actors.values(),
            *self.orders.actors.values(),
            *self.rooms.actors.values(),
            *self.operations.actors.values(),
            *self.rollouts.actors.values(),
            *self.webhooks.actors.values(),
        ]
        for actor in hosted:
            if actor.alarm.is_due():
                actor.alarm.at_ms = None
                await actor.host.wake()
