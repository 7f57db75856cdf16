"""RSA keys of our own for tests, and JWTs signed by them: arithmetic, and no library."""

import base64
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.fakes.rsa_verifier import padded

EXPONENT = 65_537
SMALL_PRIMES = [n for n in range(3, 2_000) if all(n % d for d in range(2, int(n**0.5) + 1))]
WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19)


@dataclass(frozen=True, slots=True)
class RsaKey:
    kid: str
    modulus: int
    private: int

    @property
    def jwk(self) -> dict[str, str]:
        """Its public half, as Access publishes it."""
        n, e = (base64url(_bytes(number)) for number in (self.modulus, EXPONENT))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}

    def signature(self, signing_input: bytes) -> bytes:
        size = len(_bytes(self.modulus))
        to_sign = int.from_bytes(padded(signing_input, size))
        return pow(to_sign, self.private, self.modulus).to_bytes(size)

    def jwt(self, claims: Mapping[str, object], **header: object) -> str:
        whole = {"alg": "RS256", "kid": self.kid, "typ": "JWT"} | header
        parts = [base64url(json.dumps(part).encode()) for part in (whole, claims)]
        signing_input = ".".join(parts)
        return f"{signing_input}.{base64url(self.signature(signing_input.encode()))}"


@cache
def an_rsa_key(kid: str = "key-1", bits: int = 2_048) -> RsaKey:
    """The same for the same arguments, so that no run differs from another. Takes half a second."""
    draw = random.Random(f"{kid} {bits}")  # noqa: S311 -- it protects nothing
    p, q = _prime(bits // 2, draw), _prime(bits // 2, draw)
    return RsaKey(kid, p * q, pow(EXPONENT, -1, (p - 1) * (q - 1)))


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _prime(bits: int, draw: random.Random) -> int:
    while True:
        candidate = draw.getrandbits(bits) | (3 << (bits - 2)) | 1
        is_candidate = all(candidate % prime for prime in SMALL_PRIMES)
        if is_candidate and (candidate - 1) % EXPONENT and _is_prime(candidate):
            return candidate


def _is_prime(candidate: int) -> bool:
    """By Miller and Rabin."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_is_witness_for(candidate, base, odd, twos) for base in WITNESSES)


def _is_witness_for(candidate: int, base: int, odd: int, twos: int) -> bool:
    x = pow(base, odd, candidate)
    powers = [x := x if turn == 0 else x * x % candidate for turn in range(twos)]
    return powers[0] == 1 or candidate - 1 in powers


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
