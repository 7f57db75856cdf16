"""What handlers work with, built once per request in `entry.py` and handed down."""

import time
from dataclasses import dataclass

from actors.client import FileClient, InboxClient, OperationsClient, OrderClient
from domain.settings import Settings
from edge.auth import Principal
from edge.exchange import Request
from edge.signing import Signer
from storage.objects import Objects


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    files: FileClient
    orders: OrderClient
    inboxes: InboxClient
    operations: OperationsClient
    objects: Objects
    signer: Signer


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
        return int(time.time() * 1000)
