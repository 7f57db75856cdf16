"""The product with two more paths: what is posted to them goes on its queues as it is.

`/send` takes JSON for the jobs, `/send-dead` a text for the dead letters of events.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from workers import Response

import entry
from entry import *  # noqa: F403 -- every actor that the product has


class Default(entry.Default):  # type: ignore[no-redef]  # in its place
    async def fetch(self, request: Any) -> Any:
        match urlsplit(request.url).path:
            case "/send":
                await self.env.EDIT_JOBS.send(json.loads(await request.text()))
            case "/send-dead":
                await self.env.EVENTS_DEAD.send(await request.text(), {"contentType": "text"})
            case _:
                return await super().fetch(request)
        return Response("sent")
