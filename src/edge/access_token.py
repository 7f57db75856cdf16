"""The JWT by which Cloudflare Access says who has signed in: what it says, not yet believed.

Parsed here, since our library checks RS256 only with another one that the platform has not.
https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import quote

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from domain.errors import Code, Refusal
from domain.limits import ACCESS_SKEW_S, OPERATOR_NAME_CHARACTERS_MAX, TOKEN_CHARACTERS_MAX

SHAPE: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
NOT_VALID: Final = "the token of Cloudflare Access is not valid here"
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True)

    alg: Literal["RS256"]  # pinned (RFC 8725, 3.1)
    kid: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    crit: None = None  # extensions that must be understood (RFC 7515, 4.1.11): we know of none


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True)

    iss: str
    aud: Annotated[
        tuple[str, ...], BeforeValidator(lambda aud: [aud] if isinstance(aud, str) else aud)
    ]
    exp: Seconds
    nbf: Seconds | None = None
    email: str | None = None
    common_name: str | None = None  # of a service token
    sub: str | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Of this team, for us, and of now. Believed once its signature is the key's."""

    operator: str
    key_id: str
    signing_input: bytes
    signature: bytes


def read(token: str, team_domain: str, audience: str, now_s: float) -> AccessToken:
    """Or a refusal. Whatever can be refused without a key is, so that nonsense costs no request."""
    found = SHAPE.fullmatch(token) if len(token) <= TOKEN_CHARACTERS_MAX else None
    if found is None:
        raise Refusal(Code.OPERATOR_NEEDED, NOT_VALID)
    try:
        header = _Header.model_validate_json(_decoded(found[1]))
        claims = _Claims.model_validate_json(_decoded(found[2]))
        signature = _decoded(found[3])
    except (ValidationError, binascii.Error):
        raise Refusal(Code.OPERATOR_NEEDED, NOT_VALID) from None
    if claims.iss != team_domain or audience not in claims.aud or not audience:
        raise Refusal(Code.OPERATOR_NEEDED, NOT_VALID)
    _check_time(claims, now_s)
    return AccessToken(_operator(claims), header.kid, f"{found[1]}.{found[2]}".encode(), signature)


def _check_time(claims: _Claims, now_s: float) -> None:
    if claims.exp <= now_s - ACCESS_SKEW_S:
        raise Refusal(Code.OPERATOR_NEEDED, "sign in at Cloudflare Access again: it was too long")
    if claims.nbf is not None and claims.nbf > now_s + ACCESS_SKEW_S:
        raise Refusal(Code.OPERATOR_NEEDED, NOT_VALID)


def _operator(claims: _Claims) -> str:
    """As the audit names them. An operator of OPERATOR_TOKENS has no such name, for none has an @.

    Percent-encoded, so that it breaks no line and no two become one.
    """
    given = claims.email or claims.common_name or claims.sub
    name = quote(given or "", safe="@+", errors="replace")
    if not name or len(name) > OPERATOR_NAME_CHARACTERS_MAX:
        raise Refusal(Code.OPERATOR_NEEDED, "the token of Cloudflare Access names nobody")
    return name if "@" in name else f"access:{name}"


def _decoded(part: str) -> bytes:
    """From base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
