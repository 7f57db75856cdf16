"""The port `Verifier` by plain arithmetic: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2)."""

import base64
import hashlib

from edge.access_keys import Jwk

SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017, 9.2


class RsaVerifier:
    def __init__(self) -> None:
        self.calls = 0

    async def verified(self, jwk: Jwk, signing_input: bytes, signature: bytes) -> bool:
        self.calls += 1
        modulus, exponent = number(jwk.n), number(jwk.e)
        size = (modulus.bit_length() + 7) // 8
        as_number = int.from_bytes(signature)
        if len(signature) != size or as_number >= modulus:
            return False
        return pow(as_number, exponent, modulus).to_bytes(size) == padded(signing_input, size)


def padded(signing_input: bytes, size: int) -> bytes:
    """EMSA-PKCS1-v1_5."""
    digest = SHA256_PREFIX + hashlib.sha256(signing_input).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
