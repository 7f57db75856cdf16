"""What two sides may answer differently, each with the reason. Everything else is compared.

A pointer is one of `domain/parity.py`'s documents; a step `*` is any key or index, and `cf-*` any
that begins so. Bodies of errors have no rules: they are the same text.
"""

from enum import StrEnum
from typing import Final

from domain.values import Value


class Care(StrEnum):
    """How closely a place is looked at."""

    ALL = "all"
    FORM = "form"  # two ids, two times: they look alike
    TYPE = "type"  # both have it, of the same JSON type
    NONE = "none"


class Rule(Value):
    route: str  # "GET /api/files/{file_id}", as in `edge/routes.py`; "*": any
    pointer: str
    care: Care
    reason: str


EDGE: Final = "the edge says it, of itself"
HOP: Final = "it belongs to one connection or to whoever serves there, and the body is compared"
OPAQUE: Final = "only its side can read it"
COUNTED: Final = "each side counts its own changes"
SIGNED: Final = "each side signs with the time at which it was asked"
EDITED: Final = "each side edits in its own way"
ITS_OWN: Final = "each side made one of its own"
WHEN: Final = "each side did it in its own time"

HEADERS: Final = (
    *(("/headers/" + name, Care.NONE, EDGE) for name in ("x-request-id", "traceparent")),
    *(("/headers/" + name, Care.NONE, EDGE) for name in ("x-pix-*", "access-control-*", "vary")),
    ("/headers/set-cookie/_canary_cohort", Care.NONE, EDGE),
    *(("/headers/" + name, Care.NONE, HOP) for name in ("date", "server", "connection", "via")),
    *(("/headers/" + name, Care.NONE, HOP) for name in ("keep-alive", "transfer-encoding")),
    *(("/headers/" + name, Care.NONE, HOP) for name in ("content-length", "content-encoding")),
    *(("/headers/" + name, Care.NONE, HOP) for name in ("cf-*", "alt-svc", "nel", "report-to")),
    ("/headers/etag", Care.TYPE, OPAQUE),
)
BODIES: Final = (
    *((f"/body{at}/version", Care.TYPE, COUNTED) for at in ("", "/files/*")),
    *((f"/body/{name}", Care.TYPE, OPAQUE) for name in ("cursor", "next_cursor")),
    *(
        (f"/body{at}/object_key", Care.TYPE, "a key of ours carries its file's id (decision 0011)")
        for at in ("", "/files/*")
    ),
)
INTENTS: Final = ("/api/uploads/intent", "/api/pixcapture/upload/intent")
OF_ROUTES: Final = (
    ("GET /api/files/{file_id}/preview", "/body/url", Care.TYPE, SIGNED),
    ("GET /api/files/{file_id}/preview", "/body/expires_at", Care.FORM, SIGNED),
    (
        "POST /api/notifications/{notification_id}/read",
        "/body/read_at",
        Care.FORM,
        "whoever is asked first sets it",
    ),
    *((f"POST {path}", "/body/intent_id", Care.TYPE, OPAQUE) for path in INTENTS),
    *((f"POST {path}", "/body/upload/url", Care.TYPE, SIGNED) for path in INTENTS),
    *((f"POST {path}", "/body/upload/expires_at", Care.FORM, SIGNED) for path in INTENTS),
)
RULES: Final = (
    *(
        Rule(route="*", pointer=pointer, care=care, reason=reason)
        for pointer, care, reason in (*HEADERS, *BODIES)
    ),
    *(
        Rule(route=route, pointer=pointer, care=care, reason=reason)
        for route, pointer, care, reason in OF_ROUTES
    ),
)

# --- Of what each side made by itself ---------------------------------------------------------

PLACES: Final = ("", "/job", "/jobs/*", "/files/*", "/files/*/job", "/created/*", "/skipped/*")
IDS: Final = ("id", "file_id", "job_id", "preview_url")
TIMES: Final = ("created_at", "updated_at", "started_at", "finished_at")
OF_TWINS: Final = (
    *RULES,
    *(
        Rule(route="*", pointer=f"/body{at}/{name}", care=Care.FORM, reason=reason)
        for at in PLACES
        for names, reason in ((IDS, ITS_OWN), (TIMES, WHEN))
        for name in names
    ),
    *(
        Rule(route="*", pointer=f"/body{at}", care=care, reason=reason)
        for at, care, reason in (
            ("/stacks/*/id", Care.FORM, "made of its order's id"),
            ("/stacks/*/file_ids/*", Care.FORM, ITS_OWN),
            *(
                (f"{at}/{name}", Care.TYPE, EDITED)
                for at in PLACES
                for name in ("preview_maker", "copied_bytes", "preview/*")
            ),
        )
    ),
)
