"""The cookie that keeps a client in its cohort for a day, under a MAC.

`1.n.123.7.1000.1795341600.<mac>`: version, cohort (n or p), bucket, generation, hundredths of a
percent, second of issue, and half an HMAC-SHA256 in hex. Not a JWT (decision 7), since it travels
with every request of every client: a third of the size, and one hash to read it.
"""

import hashlib
import hmac
import re
from typing import Final

from domain.canary import CohortCookie
from domain.limits import (
    COHORT_COOKIE_CHARACTERS_MAX,
    COHORT_COOKIE_LIFETIME_S,
    COHORT_COOKIE_SKEW_S,
)
from domain.rollout import BUCKETS, Cohort, native_buckets

NAME: Final = "_canary_cohort"
LETTERS: Final = {Cohort.NATIVE: "n", Cohort.PROXY: "p"}
COHORTS: Final = {letter: cohort for cohort, letter in LETTERS.items()}
MAC_CHARACTERS: Final = 32  # 128 bits: beyond guessing, since each guess is a request
SHAPE: Final = re.compile(
    r"(?P<body>1\.(?P<cohort>[np])\.(?P<bucket>[0-9]{1,4})\.(?P<generation>[A-Za-z0-9_-]{1,32})"
    r"\.(?P<hundredths>[0-9]{1,5})\.(?P<issued_s>[0-9]{1,12}))\.(?P<mac>[0-9a-f]{32})"
)


class CohortCookies:
    """`previous` is believed as well, while a secret is being replaced. An empty one never is."""

    def __init__(self, secret: str, previous: str = "") -> None:
        self._secrets = tuple(filter(None, (secret, previous)))

    def read(self, header: str | None, now_ms: int) -> CohortCookie | None:
        """From the `Cookie` header. Whatever is not ours, whole, single and of today is None."""
        values = _values(header or "")
        if len(values) != 1 or len(values[0]) > COHORT_COOKIE_CHARACTERS_MAX:
            return None
        found = SHAPE.fullmatch(values[0])
        if found is None or not self._is_ours(found["body"], found["mac"]):
            return None
        age_s = now_ms // 1000 - int(found["issued_s"])
        if not -COHORT_COOKIE_SKEW_S <= age_s < COHORT_COOKIE_LIFETIME_S:
            return None
        return CohortCookie(
            cohort=COHORTS[found["cohort"]],
            bucket=int(found["bucket"]),
            generation=found["generation"],
            percent=int(found["hundredths"]) * 100 / BUCKETS,
        )

    def set_cookie(self, cookie: CohortCookie, now_ms: int) -> str:
        """The value of a `Set-Cookie` header."""
        assert self._secrets, "without a secret no cookie is given"
        hundredths = native_buckets(cookie.percent)
        facts = (1, LETTERS[cookie.cohort], cookie.bucket, cookie.generation, hundredths)
        body = ".".join(map(str, (*facts, now_ms // 1000)))
        attributes = f"Max-Age={COHORT_COOKIE_LIFETIME_S}; Path=/; HttpOnly; Secure; SameSite=None"
        return f"{NAME}={body}.{_mac(self._secrets[0], body)}; {attributes}"

    def _is_ours(self, body: str, mac: str) -> bool:
        """Compared with each secret's, each in constant time."""
        equal = [hmac.compare_digest(_mac(secret, body), mac) for secret in self._secrets]
        return any(equal)


def _mac(secret: str, body: str) -> str:
    """Of the name as well, so that nothing else under the same secret is ever taken for it."""
    code = hmac.new(secret.encode(), f"{NAME}={body}".encode(), hashlib.sha256)
    return code.hexdigest()[:MAC_CHARACTERS]


def _values(header: str) -> list[str]:
    """All of our name. Pairs are split at `;` and nowhere else (RFC 6265, 5.4)."""
    pairs = (pair.strip(" \t").partition("=") for pair in header.split(";"))
    return [value for name, _, value in pairs if name == NAME]
