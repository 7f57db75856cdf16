"""The keys by which Cloudflare Access signs, as one isolate knows them: plain data, for an hour.

They are replaced every few weeks, and may be at any time: a key that is not known is looked for
once more, and not more often than once a minute, however many tokens name one.
"""

import base64
from typing import Annotated, Final, Literal, Protocol

from pydantic import AfterValidator, StringConstraints, ValidationError

from domain.errors import Outage
from domain.limits import (
    ACCESS_KEY_BITS_MAX,
    ACCESS_KEY_BITS_MIN,
    ACCESS_KEYS_BYTES_MAX,
    ACCESS_KEYS_MS_MAX,
    ACCESS_KEYS_PAUSE_MS,
    ACCESS_KEYS_RETRY_MS,
    ACCESS_KEYS_TIMEOUT_MS,
)
from domain.values import Value
from storage.web import Web, WebAnswer, WebRequest

PATH: Final = "/cdn-cgi/access/certs"
OK: Final = 200


def _is_modulus(n: str) -> str:
    try:
        modulus = base64.urlsafe_b64decode(n + "=" * (-len(n) % 4))
    except ValueError:
        raise ValueError("it must be base64url") from None
    if not ACCESS_KEY_BITS_MIN <= int.from_bytes(modulus).bit_length() <= ACCESS_KEY_BITS_MAX:
        raise ValueError(f"it must have {ACCESS_KEY_BITS_MIN} to {ACCESS_KEY_BITS_MAX} bits")
    return n


class Jwk(Value):
    """An RSA key for signatures (RFC 7517, RFC 7518 6.3.1)."""

    kty: Literal["RSA"] = "RSA"
    kid: str
    use: Literal["sig"] = "sig"
    alg: Literal["RS256"] = "RS256"
    n: Annotated[str, AfterValidator(_is_modulus)]
    e: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,8}$")]


class _Jwks(Value):
    keys: tuple[dict[str, object], ...]


class Verifier(Protocol):
    async def verified(self, jwk: Jwk, signing_input: bytes, signature: bytes) -> bool:
        """Whether it is a signature by that key: RSASSA-PKCS1-v1_5 with SHA-256."""
        ...


class AccessKeys:
    def __init__(self) -> None:
        self._keys: dict[str, Jwk] = {}
        self._read_at_ms: int | None = None
        self._failed_at_ms: int | None = None
        self._looked_at_ms: int | None = None  # for one that was not among them

    async def find(self, key_id: str, team_domain: str, web: Web, now_ms: int) -> Jwk | None:
        """None: there is no such key. `Outage`: nobody can say."""
        if not _is_within(self._read_at_ms, now_ms, ACCESS_KEYS_MS_MAX):
            await self._read(team_domain, web, now_ms)
        elif key_id not in self._keys and not _is_within(
            self._looked_at_ms, now_ms, ACCESS_KEYS_PAUSE_MS
        ):
            self._looked_at_ms = now_ms
            await self._read(team_domain, web, now_ms)
        return self._keys.get(key_id)

    async def _read(self, team_domain: str, web: Web, now_ms: int) -> None:
        if _is_within(self._failed_at_ms, now_ms, ACCESS_KEYS_RETRY_MS):
            raise Outage("Access has just not answered")
        request = WebRequest("GET", f"{team_domain}{PATH}")
        try:
            answer = await web.ask(
                request, timeout_ms=ACCESS_KEYS_TIMEOUT_MS, bytes_max=ACCESS_KEYS_BYTES_MAX
            )
            self._keys = _keys(answer)
        except Outage:
            self._failed_at_ms = now_ms
            raise
        self._read_at_ms = now_ms


def _is_within(at_ms: int | None, now_ms: int, span_ms: int) -> bool:
    return at_ms is not None and now_ms - at_ms < span_ms


def _keys(answer: WebAnswer) -> dict[str, Jwk]:
    """Those we can use. Others, of kinds still to come, are passed over."""
    if answer.status != OK:
        raise Outage(f"Access answered {answer.status} when asked for its keys")
    try:
        given = _Jwks.model_validate_json(answer.text).keys
    except ValidationError:
        raise Outage("Access answered with something that is no set of keys") from None
    found = [_key(facts) for facts in given]
    return {key.kid: key for key in found if key is not None}


def _key(facts: dict[str, object]) -> Jwk | None:
    try:
        return Jwk.model_validate(facts)
    except ValidationError:
        return None
