"""What is asked of both sides: a table, three to five requests a route, and all the refusals.

Paths, headers and bodies name what a side knows: "{order}", "{their_file}". `keeps` gives such
names to parts of an answer, so that a later request of the same side can use them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

ORDER: Final = "/api/orders/{order}"
ORDER_ROUTE: Final = "/api/orders/{order_id}"
FILE_ROUTE: Final = "/api/files/{file_id}"
READ_ROUTE: Final = "/api/notifications/{notification_id}/read"
NO_FILE: Final = f"file_{'0' * 32}"
NO_JOB: Final = f"job_{'0' * 32}_{'0' * 16}"
NO_NOTIFICATION: Final = f"ntf_{'0' * 32}_{'0' * 16}"
IF_KNOWN: Final = {"if-none-match": "{etag}"}


class Caller(StrEnum):
    OWNER = "owner"
    NOBODY = "nobody"
    FORGED = "forged token"
    EXPIRED = "expired token"


@dataclass(frozen=True, slots=True)
class Ask:
    route: str  # as in `edge/routes.py`, with its method
    what: str
    path: str
    body: object = None  # JSON, or bytes as they are
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = Caller.OWNER
    keeps: Mapping[str, str] = field(default_factory=dict)  # names, and JSON pointers
    is_ours: bool = True  # a route with a phase; everything else both sides have from the origin

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Put:
    """The photo's bytes, to the URL kept under this name."""

    url: str


@dataclass(frozen=True, slots=True)
class Edited:
    """Wait until the file has no active job."""

    file: str


Step = Ask | Put | Edited


# --- Reads: of the same things, which the origin knew first ------------------------------------


def _page_asks(what: str) -> Iterator[Ask]:
    route, path = f"GET {ORDER_ROUTE}/{what}", f"{ORDER}/{what}"
    yield Ask(route, "all of them", path, keeps={"etag": "/headers/etag"})
    yield Ask(route, "known already", path, headers=IF_KNOWN)
    yield Ask(route, "under a tag that is not ours", path, headers={"if-none-match": '"x"'})


FILES: Final = (
    *_page_asks("files"),
    Ask(
        f"GET {ORDER_ROUTE}/files",
        "the first one",
        f"{ORDER}/files?limit=1",
        keeps={"next": "/body/next_cursor"},
    ),
    Ask(f"GET {ORDER_ROUTE}/files", "the next one", f"{ORDER}/files?limit=1&cursor={{next}}"),
    Ask(f"GET {ORDER_ROUTE}/files", "a limit out of bounds", f"{ORDER}/files?limit=0"),
)
STATUS: Final = (
    *_page_asks("status"),
    Ask(f"GET {ORDER_ROUTE}/status", "a cursor of nobody's", f"{ORDER}/status?wait=0&since=!"),
    Ask(f"GET {ORDER_ROUTE}/status", "too long a wait", f"{ORDER}/status?wait=26"),
)
ONE_FILE: Final = (
    Ask(
        f"GET {FILE_ROUTE}",
        "an edited one",
        "/api/files/{file}",
        keeps={"etag": "/headers/etag"},
    ),
    Ask(f"GET {FILE_ROUTE}", "known already", "/api/files/{file}", headers=IF_KNOWN),
    Ask(f"GET {FILE_ROUTE}", "one that waits", "/api/files/{plain}"),
    Ask(f"GET {FILE_ROUTE}/preview", "there is one", "/api/files/{file}/preview"),
    Ask(f"GET {FILE_ROUTE}/preview", "there is none", "/api/files/{plain}/preview"),
    Ask(f"GET {FILE_ROUTE}/preview", "of no file", f"/api/files/{NO_FILE}/preview"),
)
JOBS: Final = (
    Ask("GET /api/jobs", "of an order", "/api/jobs?order_id={order}"),
    Ask(
        "GET /api/jobs",
        "the newest of an order",
        "/api/jobs?order_id={order}&limit=1",
        keeps={"next": "/body/next_cursor"},
    ),
    Ask("GET /api/jobs", "the next one", "/api/jobs?order_id={order}&limit=1&cursor={next}"),
    Ask("GET /api/jobs", "no such cursor", "/api/jobs?cursor=x"),
    Ask("GET /api/jobs", "the failed ones", "/api/jobs?order_id={order}&status=failed"),
    Ask("GET /api/jobs", "of all orders", "/api/jobs"),
    Ask("GET /api/jobs", "no such status", "/api/jobs?status=lost"),
    Ask("GET /api/jobs", "no such order", "/api/jobs?order_id={other}"),
    Ask("GET /api/jobs/{job_id}", "a done one", "/api/jobs/{job}"),
    Ask("GET /api/jobs/{job_id}", "no such job", f"/api/jobs/{NO_JOB}"),
    Ask("GET /api/jobs/{job_id}", "someone else's", "/api/jobs/{their_job}"),
)
NOTIFICATIONS: Final = (
    Ask("GET /api/notifications", "all of them", "/api/notifications"),
    Ask(
        "GET /api/notifications",
        "the first one",
        "/api/notifications?limit=1",
        keeps={"next": "/body/next_cursor"},
    ),
    Ask("GET /api/notifications", "the next one", "/api/notifications?limit=1&cursor={next}"),
    Ask("GET /api/notifications", "no such cursor", "/api/notifications?cursor=x"),
    Ask("GET /api/notifications", "a limit out of bounds", "/api/notifications?limit=201"),
    Ask(f"POST {READ_ROUTE}", "a new one", "/api/notifications/{notification}/read"),
    Ask(f"POST {READ_ROUTE}", "again", "/api/notifications/{notification}/read"),
    Ask(f"POST {READ_ROUTE}", "someone else's", "/api/notifications/{their_notification}/read"),
    Ask(f"POST {READ_ROUTE}", "no such one", f"/api/notifications/{NO_NOTIFICATION}/read"),
)
FOREIGN: Final = (
    *(
        Ask(f"GET {ORDER_ROUTE}/{what}", words, f"/api/orders/{{{whose}}}/{what}")
        for what in ("files", "stacks", "status")
        for words, whose in (("someone else's", "their_order"), ("no such order", "other"))
    ),
    Ask(f"GET {FILE_ROUTE}", "someone else's", "/api/files/{their_file}"),
    Ask(f"GET {FILE_ROUTE}", "no such file", f"/api/files/{NO_FILE}"),
    Ask(f"GET {FILE_ROUTE}/preview", "someone else's", "/api/files/{their_file}/preview"),
)
PASSED_ON: Final = (
    Ask("GET /api/account", "only the origin has it", "/api/account", is_ours=False),
    Ask("GET /api/nothing", "nobody has it", "/api/nothing", is_ours=False),
    Ask("GET /api/files/7", "an id that cannot be", "/api/files/7", is_ours=False),
    Ask(f"PUT {FILE_ROUTE}", "not allowed", "/api/files/{file}", is_ours=False),
    Ask("DELETE /api/jobs", "not allowed", "/api/jobs", is_ours=False),
)
READS: Final[tuple[Ask, ...]] = (
    Ask("GET /api/jobs", "of all orders, before any of them was looked at", "/api/jobs"),
    *(*FILES, *_page_asks("stacks"), *STATUS, *ONE_FILE, *JOBS, *NOTIFICATIONS),
    *(*FOREIGN, *PASSED_ON),
)

# --- Whoever is not signed in ------------------------------------------------------------------

CLOSED: Final[Mapping[str, str]] = {
    f"GET {ORDER_ROUTE}/files": f"{ORDER}/files",
    f"GET {ORDER_ROUTE}/stacks": f"{ORDER}/stacks",
    f"GET {ORDER_ROUTE}/status": f"{ORDER}/status",
    "GET /api/notifications": "/api/notifications",
    f"POST {READ_ROUTE}": "/api/notifications/{notification}/read",
    "POST /api/uploads/intent": "/api/uploads/intent",
    "POST /api/uploads/finalize": "/api/uploads/finalize",
    "POST /api/pixcapture/upload/intent": "/api/pixcapture/upload/intent",
    "POST /api/pixcapture/upload/finalize": "/api/pixcapture/upload/finalize",
    f"POST {ORDER_ROUTE}/submit-edits": f"{ORDER}/submit-edits",
    f"GET {FILE_ROUTE}": "/api/files/{file}",
    f"PATCH {FILE_ROUTE}": "/api/files/{file}",
    f"DELETE {FILE_ROUTE}": "/api/files/{file}",
    f"GET {FILE_ROUTE}/preview": "/api/files/{file}/preview",
    f"POST {FILE_ROUTE}/revision": "/api/files/{file}/revision",
    "GET /api/jobs": "/api/jobs",
    "GET /api/jobs/{job_id}": "/api/jobs/{job}",
}
UNSIGNED: Final = tuple(
    Ask(route, caller.value, path, caller=caller, is_ours="finalize" not in route)
    for route, path in CLOSED.items()
    for caller in (Caller.NOBODY, Caller.FORGED, Caller.EXPIRED)
)
