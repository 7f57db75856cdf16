"""RSA signatures as Cloudflare Access makes them: which a verifier believes. It never raises.

Key and signature are another program's: `openssl genrsa 2048`, `openssl dgst -sha256 -sign`.
"""

import base64
from typing import Protocol

from edge.access_keys import Jwk

SIGNED = b"header.payload"
MODULUS = (
    "oRE9KFCX8lIj2o87DuwGX5u31H-0FjTKGdX56Eyj9o2I3mxvzXcLZM3uiXoc-FeXgO-gVOipOEnV8m-"
    "BLc5d2akPCgi7oYZ_Cy_KBCAJiT6aCtWAfaJkf0FBFn5e8Zlng2YK7KRByV5vLHni8x7WbrSLcpyTTnWFJPXUc"
    "IjvGFdZXJQAQ5GecHB-gE96nXkwxsvb8AwRSuUgrsf3GxJMO8AvQCZ9yhYkc-"
    "flryE3BaLf4HsVh8yfmHtpvhnho5xoCaXpdGlgrf8VBBYJQ-"
    "sirvybbRWPll75ADgEHEk8H8aLGJd9VCoP0MWDJ72eOZ1JJlS644v16iahY4-B0FZuNQ"
)
SIGNATURE = (
    "acHShh8LwubUcP7WALiZtBfeVfwVdbpzjzTpXSU2_7NYSvepDAUoFFxXMpvMpJxq_JGcvGYe0SOzfXkRODKo-"
    "sxmP-FgyhdGb9ixu0bvQ-mkNAvWK9sWDWfwrsy4puCiYDccB5CkMb9pwfp7jYemzlIuypUwaSMgevcViWR_OcV"
    "M7LIJsdaVpr6vNN_3eta6nbfLi3TWsTrlHG9LyGM4mXayGaFh6CSl3m8t8wvBJBwRlbMtM6l4M3pjoMqOqw5vs"
    "WCEqsK1QMZDym76BmGfrm1di-hS7Vxh1SBcNtmofTnkerpYqf0sX4AUOffigm5M2-jQCMD2YYywoTtJiknRuA"
)


class Verifier(Protocol):
    async def verified(self, jwk: Jwk, signing_input: bytes, signature: bytes) -> bool: ...


def _a_key(**changes: str) -> Jwk:
    facts = {"kid": "key-1", "n": MODULUS, "e": "AQAB"} | changes
    return Jwk.model_validate(facts)


def _signature() -> bytes:
    return base64.urlsafe_b64decode(SIGNATURE + "=" * (-len(SIGNATURE) % 4))


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


async def a_signature_by_the_key_is_believed(verifier: Verifier) -> None:
    assert await verifier.verified(_a_key(), SIGNED, _signature())


async def a_signature_of_something_else_is_not(verifier: Verifier) -> None:
    assert not await verifier.verified(_a_key(), b"header.payloae", _signature())
    assert not await verifier.verified(_a_key(), b"", _signature())


async def a_signature_of_which_a_bit_has_changed_is_not(verifier: Verifier) -> None:
    for place in (0, 100, 255):
        assert not await verifier.verified(_a_key(), SIGNED, _flipped(_signature(), place)), place


async def a_signature_of_another_length_is_not(verifier: Verifier) -> None:
    for signature in (b"", b"\x00", _signature()[1:], _signature() + b"\x00", b"\xff" * 256):
        assert not await verifier.verified(_a_key(), SIGNED, signature), len(signature)


async def a_signature_by_another_key_is_not(verifier: Verifier) -> None:
    other = _flipped(base64.urlsafe_b64decode(MODULUS + "=="), 100)
    n = base64.urlsafe_b64encode(other).rstrip(b"=").decode()

    assert not await verifier.verified(_a_key(n=n), SIGNED, _signature())


async def a_key_of_an_odd_exponent_believes_nothing(verifier: Verifier) -> None:
    for e in ("AA", "AQ", "Ag"):
        assert not await verifier.verified(_a_key(e=e), SIGNED, _signature()), e
