"""Where a webhook may be sent: to a public name over TLS, and never into our own network.

Whatever a URL parser could read in two ways is refused rather than understood: a host is letters,
digits and hyphens, so there is no way to spell an address. That a public name is then looked up to
an address inside is for the platform to refuse: `docs/decisions/0028`.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import SplitResult, urlsplit

from domain.errors import Code, Refusal
from domain.limits import WEBHOOK_URL_CHARACTERS_MAX

# Visible ASCII without what a parser would drop, decode or turn into a slash.
PLAIN: Final = re.compile(r"""[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]]+""")
LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
HOST_CHARACTERS_MAX: Final = 253  # RFC 1035, 2.3.4
# Read as a number, the last label makes an IPv4 address of the host, in whatever base or shape
# (WHATWG URL, "ends in a number checker").
NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Which Cloudflare takes HTTPS on. Others are databases, mail, consoles.
PORTS: Final = frozenset({None, 443, 2053, 2083, 2087, 2096, 8443})
# Names that mean something else here than outside (RFC 6761, 6762, 7686, 8375, 9476; ICANN's
# `internal`), or that only home and office routers know.
INTERNAL: Final = frozenset(
    {
        "alt",
        "arpa",
        "corp",
        "example",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
        "test",
    }
)


def check_webhook_url(url: str, allowed_hosts: AbstractSet[str] = frozenset()) -> None:
    """Or a refusal. To the `allowed_hosts` anything goes, for development on one machine."""
    if len(url) > WEBHOOK_URL_CHARACTERS_MAX or not PLAIN.fullmatch(url):
        raise _refused("it must be visible ASCII, percent-encoded where that is needed")
    parts, port = _split(url)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise _refused("it may hold no user and no password")
    if parts.fragment:
        raise _refused("it may have no fragment")
    if host in allowed_hosts and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https":
        raise _refused("it must begin with https://")
    if port not in PORTS:
        raise _refused("its port must be 443 or one of Cloudflare's for HTTPS")
    _check_host(host)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("it is not a URL") from None
    return parts, port


def _check_host(host: str) -> None:
    labels = host.split(".")
    if len(host) > HOST_CHARACTERS_MAX or not all(map(LABEL.fullmatch, labels)):
        raise _refused("its host must be a plain name: no address, no dot at the end, no Unicode")
    if NUMBER.fullmatch(labels[-1]):
        raise _refused("its host must be a name, not an address")
    if len(labels) == 1 or labels[-1] in INTERNAL:
        raise _refused("its host must be a name that is known everywhere")


def _refused(why: str) -> Refusal:
    return Refusal(Code.INVALID_WEBHOOK_URL, f"the URL cannot be used: {why}", {"field": "url"})
