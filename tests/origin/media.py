"""The bucket, by URLs that the Worker honours: signed with the secret that both sides know."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import httpx
import jwt

from tests.origin.config import Config
from tests.origin.database import now_ms
from tests.origin.dialect import UNAVAILABLE, Refusal

AUDIENCE: Final = "darkroom:media"
READ_MS: Final = 3_600_000
TIMEOUT_S: Final = 10


@dataclass(frozen=True, slots=True)
class Stored:
    size_bytes: int
    etag: str


class Media:
    def __init__(self, config: Config) -> None:
        self._config = config
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    def read_url(self, key: str, expires_at_ms: int) -> str:
        return self._signed(expires_at_ms, key=key, method="GET")

    def write_url(
        self, key: str, size_bytes: int, content_type: str, md5: str | None, expires_at_ms: int
    ) -> str:
        bound: dict[str, str | int] = {"size_bytes": size_bytes, "content_type": content_type}
        bound |= {} if md5 is None else {"md5": md5}
        return self._signed(expires_at_ms, key=key, method="PUT", **bound)

    async def head(self, key: str) -> Stored | None:
        answer = await self._send("HEAD", key, {})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise Refusal(UNAVAILABLE)
        etag = answer.headers.get("etag", "").removeprefix("W/").strip('"')
        return Stored(int(answer.headers["content-length"]), etag)

    async def beginning(self, key: str, size_bytes: int) -> bytes:
        """Of the object, as many bytes as that; fewer, or none, if there are not so many."""
        answer = await self._send("GET", key, {"range": f"bytes=0-{size_bytes - 1}"})
        return answer.content if answer.is_success else b""

    async def _send(self, method: str, key: str, headers: dict[str, str]) -> httpx.Response:
        url = self.read_url(key, now_ms() + READ_MS)
        try:
            return await self._http.request(method, url, headers=headers)
        except httpx.HTTPError:
            raise Refusal(UNAVAILABLE) from None

    def _signed(self, expires_at_ms: int, **claims: str | int) -> str:
        payload = {**claims, "aud": AUDIENCE, "exp": expires_at_ms // 1000}
        token = jwt.encode(payload, self._config.url_signing_secret, algorithm="HS256")
        return f"{self._config.media_base}/media/{quote(str(claims['key']))}?token={token}"
