"""Who is told by webhooks: takes what it is sent, or fails as receivers do."""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from domain.errors import Outage
from domain.webhook import Endpoint, Secret
from storage.web import WebAnswer, WebRequest
from tests.simulation.stage import Call, Stage
from tests.simulation.weather import Trip, Trouble

ENDPOINT: Final = Endpoint(
    id="hook_1",
    url="https://hooks.darkroom-tests.com/events",
    secrets=(Secret(text="whsec_" + "c2VjcmV0" * 4, created_at_ms=0),),
    created_at_ms=0,
    updated_at_ms=0,
)
FAILURES: Final = (
    WebAnswer(500, {}, ""),
    WebAnswer(503, {"retry-after": "7"}, ""),
    WebAnswer(302, {"location": "https://elsewhere.test/"}, ""),
)


@dataclass(frozen=True, slots=True)
class Heard:
    source: str
    offset: int
    body: str


class Receiver:
    """As the port `Web`: one receiver, which drops the ids that it has had."""

    def __init__(self, stage: Stage) -> None:
        self.heard: dict[str, Heard] = {}  # by id
        self._late: set[object] = set()  # orders
        self._latest: defaultdict[tuple[str, str], int] = defaultdict(int)  # of a key
        self._stage = stage

    def excuse(self, order_id: object) -> None:
        """Some of its events could not be had in their turn, and come late."""
        self._late.add(order_id)

    async def ask(
        self,
        request: WebRequest,
        *,
        timeout_ms: int,  # noqa: ARG002 -- whoever asks waits no longer, nor reads more
        bytes_max: int,  # noqa: ARG002 -- as above
        is_cut: bool = False,  # noqa: ARG002 -- as above
    ) -> WebAnswer:
        def happen(call: Call) -> None:
            weather = self._stage.weather
            if weather.strikes(Trouble.RECEIVER_FAILS):
                call.succeed(weather.draw.choice(FAILURES))
            else:
                self._hear(request.headers["webhook-id"], request.body or "")
                call.succeed(WebAnswer(204, {}, ""))

        try:
            answer: WebAnswer = await self._stage.travel(
                Trip.RECEIVER, f"webhook {request.headers['webhook-id']}", happen
            )
        except ConnectionError as error:
            raise Outage(f"receiver: {error}") from error
        return answer

    def _hear(self, webhook_id: str, body: str) -> None:
        event = json.loads(body)
        source, offset = event["source"], int(event["cursor"].partition("-")[2])
        is_named = event["id"] == webhook_id
        self._stage.expect(is_named, "a webhook is named as its event", webhook_id, body)
        name = f"{source} {webhook_id}"
        if name in self.heard:
            same = self.heard[name].body == body
            self._stage.expect(same, "a webhook that comes again says the same", webhook_id)
            return
        key = (source, event["subject"])
        law = "a file's webhooks come in their order"
        is_late = source.rpartition("/")[2] in self._late
        is_next = self._latest[key] < offset or is_late
        self._stage.expect(is_next, law, key, self._latest[key], offset)
        self._latest[key] = offset
        self.heard[name] = Heard(source, offset, body)
