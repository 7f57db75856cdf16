"""What we sign and later believe: upload intents and media URLs. JWTs, each kind its own audience.

A JWT (HS256) rather than a format of our own: expiry, audience and a constant-time comparison
come with a library that is looked after. The session's secret is another one.
"""

from typing import Final, TypeVar
from urllib.parse import quote

import jwt
from pydantic import ValidationError

from domain.errors import Code, Refusal
from domain.values import Value

ALGORITHM: Final = "HS256"


class IntentClaims(Value):
    """What was announced when an upload began, and is held to when it is finalized."""

    file_id: str
    order_id: str
    owner_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    iat_ms: int | None = None  # of its first announcement; None in older ones


class MediaClaims(Value):
    """What one signed URL allows: this method on this key and, for PUT, exactly these bytes."""

    key: str
    method: str  # GET covers HEAD
    size_bytes: int | None = None
    content_type: str | None = None
    md5: str | None = None


Claims = TypeVar("Claims", IntentClaims, MediaClaims)
AUDIENCES: Final = {IntentClaims: "darkroom:intent", MediaClaims: "darkroom:media"}


class Signer:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def signed(self, claims: IntentClaims | MediaClaims, expires_at_ms: int) -> str:
        payload = claims.model_dump(exclude_none=True)
        payload |= {"aud": AUDIENCES[type(claims)], "exp": expires_at_ms // 1000}
        return jwt.encode(payload, self._secret, algorithm=ALGORITHM)

    def intent(self, token: str) -> IntentClaims:
        try:
            return self._read(token, IntentClaims)
        except jwt.ExpiredSignatureError:
            raise Refusal(Code.INTENT_EXPIRED, "ask for a new upload intent") from None
        except (jwt.InvalidTokenError, ValidationError):
            raise Refusal(Code.INVALID_INTENT, "the intent_id is not one we gave out") from None

    def is_our_intent(self, token: str) -> bool:
        """Whether we gave it out, however long ago. Any text may be asked about."""
        try:
            self._read(token, IntentClaims, is_expiry_checked=False)
        except (jwt.InvalidTokenError, ValidationError, UnicodeError):
            return False
        return True

    def media(self, token: str) -> MediaClaims:
        try:
            return self._read(token, MediaClaims)
        except jwt.ExpiredSignatureError:
            raise Refusal(Code.URL_EXPIRED, "ask for a new URL") from None
        except (jwt.InvalidTokenError, ValidationError):
            raise Refusal(Code.SIGNATURE_INVALID, "the URL is not one we gave out") from None

    def media_url(self, origin: str, claims: MediaClaims, expires_at_ms: int) -> str:
        return f"{origin}/media/{quote(claims.key)}?token={self.signed(claims, expires_at_ms)}"

    def _read(self, token: str, kind: type[Claims], *, is_expiry_checked: bool = True) -> Claims:
        claims = jwt.decode(
            token,
            self._secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCES[kind],
            options={"require": ["exp", "aud"], "verify_exp": is_expiry_checked},
        )
        return kind.model_validate(claims)
