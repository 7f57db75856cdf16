"""HTTP to others as a port: a request that we make ourselves, and all of its answer.

What is only passed on between a client and the origin does not come this way (`edge/proxy.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebRequest:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True, slots=True)
class WebAnswer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    text: str


class Web(Protocol):
    async def ask(
        self, request: WebRequest, *, timeout_ms: int, bytes_max: int, is_cut: bool = False
    ) -> WebAnswer:
        """Whatever was answered, redirects as they came; `Outage` if nothing was, or too much.

        With `is_cut` no answer is too much, and its beginning will do.
        """
        ...
