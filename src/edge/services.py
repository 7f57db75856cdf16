"""What handlers work with, built once per isolate in `entry.py` and handed down."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial

from actors.client import (
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
    RolloutClient,
    RoomClient,
)
from actors.webhook_client import WebhookClient
from domain.limits import SHADOW_MINUTE_MAX
from domain.session import Principal
from domain.settings import Settings
from edge.access_keys import AccessKeys, Verifier
from edge.budget import Budget
from edge.data_points import DataPoints
from edge.exchange import Request
from edge.limiter import Limiter
from edge.proxy import Proxy
from edge.rollout_state import RolloutState
from edge.signing import Signer
from edge.telemetry import Telemetry
from storage.config import Config
from storage.objects import Objects
from storage.web import Web

Later = Callable[[Callable[[], Coroutine[None, None, None]]], object]


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    files: FileClient
    orders: OrderClient
    inboxes: InboxClient
    operations: OperationsClient
    rollouts: RolloutClient
    rooms: RoomClient
    webhooks: WebhookClient
    objects: Objects  # each of whose failures counts
    bucket: Objects  # the same, for who only looks whether it is there
    signer: Signer
    config: Config
    web: Web
    later: Later  # runs it once the answer is given
    clock: Callable[[], int]
    rollout: RolloutState  # of the isolate, as the next one
    telemetry: Telemetry
    points: DataPoints
    access_keys: AccessKeys  # of the isolate too
    verifier: Verifier
    qa_limit: Limiter
    proxy: Proxy | None = None  # None: there is no origin, the product stands alone
    shadow_budget: Budget = field(default_factory=partial(Budget, SHADOW_MINUTE_MAX))


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way to its handler. `parameters` are the path's, already checked."""

    request: Request
    services: Services
    parameters: dict[str, str]
    principal: Principal | None = None
    operator: str | None = None

    @property
    def caller_id(self) -> str:
        assert self.principal is not None, "the route says that it needs a session"
        return self.principal.user_id

    @property
    def operator_name(self) -> str:
        assert self.operator is not None, "the route says that it is for operators"
        return self.operator

    @property
    def now_ms(self) -> int:
        return self.request.clock()
