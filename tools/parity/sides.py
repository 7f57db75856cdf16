"""The two sides, and how each of them is asked."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

import httpx

from domain.parity import Answered
from tools.parity.asks import Ask, Caller
from tools.runtime.trouble import Trouble

TIMEOUT_S: Final = 60.0
FORGED: Final = "e30.e30.e30"
AN_ID: Final = re.compile(r"[\w-]{8,}")  # shorter ones stand in too many words


@dataclass(frozen=True, slots=True)
class User:
    name: str  # for the report
    token: str = field(repr=False)
    expired: str = field(default="", repr=False)  # a token of theirs; empty: none is known

    def headers(self, caller: Caller) -> dict[str, str]:
        tokens = {Caller.OWNER: self.token, Caller.FORGED: FORGED, Caller.EXPIRED: self.expired}
        token = tokens.get(caller)
        return {"authorization": f"Bearer {token}"} if token else {}

    def may_ask(self, ask: Ask) -> bool:
        return ask.caller is not Caller.EXPIRED or bool(self.expired)


@dataclass(frozen=True, slots=True)
class Side:
    """One of them, as one user asks it; `names` are what it knows."""

    url: str
    http: httpx.AsyncClient
    user: User
    headers: Mapping[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def knowing(self, names: Mapping[str, str]) -> Self:
        return replace(self, names={**names})

    async def ask(self, ask: Ask) -> Answered:
        """Its answer, with the names of what only this side has in place of their ids."""
        headers = {name: value.format(**self.names) for name, value in ask.headers.items()}
        content = ask.body if isinstance(ask.body, bytes) else b""
        if ask.body is not None and not content:
            content = json.dumps(self._filled(ask.body)).encode()
        if ask.body is not None:
            headers = {"content-type": "application/json", **headers}
        answer = await self._send(
            ask.method,
            f"{self.url}{ask.path.format(**self.names)}",
            headers={**self.headers, **self.user.headers(ask.caller), **headers},
            content=content,
        )
        answered = Answered(
            status=answer.status_code,
            headers=tuple(answer.headers.multi_items()),
            text=answer.text,
        )
        for name, pointer in ask.keeps.items():
            self.names[name] = _found(answered, pointer)
        return answered

    async def put(self, url: str, content: bytes) -> None:
        headers = {"content-type": "image/jpeg"}
        answer = await self._send("PUT", self.names[url], headers=headers, content=content)
        if not answer.is_success:
            raise Trouble(f"The bytes were not taken: {answer.status_code}.", detail=answer.text)

    async def is_being_edited(self, file: str) -> bool:
        url = f"{self.url}/api/files/{self.names[file]}"
        headers = {**self.headers, **self.user.headers(Caller.OWNER)}
        answer = await self._send("GET", url, headers=headers, content=b"")
        job = (answer.json()["job"] or {}) if answer.is_success else {}
        return job.get("status") in {"queued", "in_progress"}

    def anonymous(self, answered: Answered) -> Answered:
        """With names in place of the ids that only this side has."""
        text = answered.text
        for name, value in self.names.items():
            if AN_ID.fullmatch(value):
                text = text.replace(value, f"{{{name}}}")
        return answered.model_copy(update={"text": text})

    def _filled(self, value: object) -> object:
        match value:
            case str():
                return value.format(**self.names)
            case list():
                return [self._filled(element) for element in value]
            case dict():
                return {key: self._filled(element) for key, element in value.items()}
            case _:
                return value

    async def _send(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes
    ) -> httpx.Response:
        try:
            return await self.http.request(method, url, headers=headers, content=content)
        except httpx.HTTPError as error:
            what = f"{self.url} did not answer."
            raise Trouble(what, detail=f"{type(error).__name__}: {error}") from None


def an_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(4)}"


def _found(answered: Answered, pointer: str) -> str:
    """As a header or a member of the body; empty, if the answer has none."""
    where, _, rest = pointer.removeprefix("/").partition("/")
    if where == "headers":
        return dict(answered.headers).get(rest, "")
    try:
        value = json.loads(answered.text)
        for step in rest.split("/"):
            value = value[step]
    except (ValueError, KeyError, TypeError):
        return ""
    return "" if value is None else str(value)
