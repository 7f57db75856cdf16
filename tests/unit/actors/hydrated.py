"""An order that has an origin, and what the origin may say of it."""

from domain.messages.order import FilePage, Hydrate, ListFiles, OriginCopy
from domain.snapshot import FileSnapshot, snapshot
from domain.values import Value
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import NOW_MS, a_file, another_file

FRESH_MS = 10_000
BASE = "https://legacy.example"
SETTINGS = {
    "origin_api_base": BASE,
    "canary_secret": "c" * 32,
    "hydration_fresh_ms": FRESH_MS,
}


def an_order(*updates: Value) -> OrderOnPaper:
    order = OrderOnPaper(**SETTINGS)
    [order.tell(update) for update in updates]
    return order


def told(name: str = "old.jpg", **changes: object) -> FileSnapshot:
    return snapshot(a_file()).model_copy(update={"name": name, **changes})


def also_told(name: str = "older.jpg", **changes: object) -> FileSnapshot:
    return snapshot(another_file()).model_copy(update={"name": name, **changes})


def hydration(
    *files: FileSnapshot, at_ms: int = NOW_MS, revision: int = 0, etag: str | None = "v1"
) -> Hydrate:
    return Hydrate(
        caller_id="alice",
        order_id="summer-42",
        as_of=(revision, at_ms),
        etag=etag,
        files=files,
    )


def copy_of(order: OrderOnPaper, now_ms: int = NOW_MS) -> OriginCopy:
    page = order.ask(ListFiles(caller_id="alice"), FilePage, now_ms)
    assert page.origin is not None
    return page.origin


def names_of(order: OrderOnPaper) -> list[str]:
    return [file.name for file in order.listed().files]
