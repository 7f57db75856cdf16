"""The product with one more path: whatever is posted to `/send` goes on its queue as it is."""

import json
from typing import Any
from urllib.parse import urlsplit

from workers import Response

import entry
from entry import (
    BacklogActor,
    FileActor,
    InboxActor,
    OperationsActor,
    OrderActor,
    RolloutActor,
    RoomActor,
    WebhookActor,
)

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


class Default(entry.Default):
    async def fetch(self, request: Any) -> Any:
        if urlsplit(request.url).path != "/send":
            return await super().fetch(request)
        await self.env.EDIT_JOBS.send(json.loads(await request.text()))
        return Response("sent")
