"""How a request is known on its way: its id, and the W3C Trace Context it belongs to.

https://www.w3.org/TR/trace-context/, version 00. What a client sends is believed if it is well
formed; so nobody can put anything else into our logs or headers.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Final

REQUEST_ID: Final = "x-request-id"
TRACEPARENT: Final = "traceparent"
RAY: Final = re.compile(r"[0-9a-f]{16,20}(?:-[A-Z]{3})?")  # Cloudflare's id of a request
CONTEXT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Trace:
    request_id: str
    parent: str  # of whatever we call: the trace with our own span
    ray_id: str | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return ((REQUEST_ID, self.request_id), (TRACEPARENT, self.parent))


def trace_of(ray: str | None, parent: str | None) -> Trace:
    ray_id = ray if ray is not None and RAY.fullmatch(ray) else None
    span = uuid.uuid4().hex[:16]
    if parent is not None and CONTEXT.fullmatch(parent):
        version, trace_id, _, flags = parent.split("-")
        return Trace(ray_id or uuid.uuid4().hex, f"{version}-{trace_id}-{span}-{flags}", ray_id)
    return Trace(ray_id or uuid.uuid4().hex, f"00-{uuid.uuid4().hex}-{span}-00", ray_id)
