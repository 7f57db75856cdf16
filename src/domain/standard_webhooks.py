"""Webhooks signed by Standard Webhooks 1.0 (https://www.standardwebhooks.com): secrets, headers."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- of secrets, not one itself
SECRET_BYTES: Final = range(24, 65)  # what the specification recommends
SCHEME: Final = "v1"  # HMAC-SHA256


def secret_of(key: bytes) -> str:
    """As it is shown to whoever is to verify by it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes | None:
    """None: it is no such secret."""
    prefix, encoded = secret[: len(SECRET_PREFIX)], secret[len(SECRET_PREFIX) :]
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return key if prefix == SECRET_PREFIX else None


def is_secret(text: str) -> bool:
    return len(key_of(text) or b"") in SECRET_BYTES


def signature(secret: str, webhook_id: str, seconds: str, body: str) -> str:
    key = key_of(secret)
    assert key is not None, "checked when it was read or made"
    signed = f"{webhook_id}.{seconds}.{body}".encode()
    digest = hmac.digest(key, signed, hashlib.sha256)
    return f"{SCHEME},{base64.b64encode(digest).decode()}"


def signed_headers(
    secrets: Iterable[str], webhook_id: str, now_ms: int, body: str
) -> dict[str, str]:
    """The id is the message's, the time that of the attempt.

    While a secret is replaced there are two signatures, and any one of them will do.
    """
    seconds = str(now_ms // 1000)
    signatures = (signature(secret, webhook_id, seconds, body) for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }
