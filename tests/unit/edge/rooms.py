"""Asking for rooms: by whom, with which claim in their token."""

import json
from typing import Any

from tests.fakes.local_actor import LocalAnswer
from tests.unit.darkroom import Answer, Darkroom, a_request, a_token

LOBBY = "/rooms/lobby"
CLAIM = {"lobby": "rw", "news-*": "r"}
MESSAGE = {"id": "m1", "type": "chat", "data": {"text": "hi"}}
SECRET = "j" * 32


class Guest:
    """Somebody with a token. Without a claim in it, what is their own is open to them."""

    def __init__(self, darkroom: Darkroom, claim: object = None, user_id: str = "alice") -> None:
        claims = {} if claim is None else {"rooms": claim}
        self._darkroom = darkroom
        self._headers = {"authorization": f"Bearer {a_token(user_id, SECRET, **claims)}"}

    async def ask(self, method: str, path: str, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        return await self._darkroom.send(a_request(method, path, self._headers | sent))

    async def post(self, path: str, body: bytes) -> Answer:
        sent = self._headers | {"content-type": "application/json"}
        return await self._darkroom.send(a_request("POST", path, sent, body))

    async def publish(self, body: object = None, path: str = LOBBY) -> Answer:
        sent = json.dumps(MESSAGE if body is None else body).encode()
        return await self.post(f"{path}/messages", sent)

    async def open(self, path: str = "/ws/lobby", **headers: str) -> Answer:
        return await self.ask("GET", path, upgrade="websocket", **headers)

    async def read(self, query: str = "", **headers: str) -> Answer:
        return await self.ask("GET", f"{LOBBY}/events{query}", **headers)

    async def present(self, room_id: str = "lobby") -> Any:
        return (await self.ask("GET", f"/rooms/{room_id}/presence")).json


def content(answer: Answer) -> str:
    native = answer.response.native
    assert isinstance(native, LocalAnswer)
    return native.content


def page(answer: Answer) -> Any:
    return json.loads(content(answer))
