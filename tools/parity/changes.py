"""What changes something is asked of each side about an order of its own, step by step."""

from collections.abc import Iterator, Mapping
from typing import Final

from tools.parity.asks import FILE_ROUTE, NO_FILE, ORDER, ORDER_ROUTE, Ask, Edited, Put, Step
from tools.parity.photo import PHOTO

STALE: Final = {"if-match": '"999999"'}
KNOWN: Final = {"if-match": "{etag}"}
AS_TEXT: Final = {"content-type": "text/plain"}
NOT_JSON: Final = b'{"name": '
TOO_LONG: Final = b" " * 70_000


def _photo(name: str, order: str = "{order}", **changes: object) -> Mapping[str, object]:
    body = {"order_id": order, "name": name, "size_bytes": len(PHOTO)}
    return {**body, "content_type": "image/jpeg", **changes}


def _uploads(folder: str, order: str) -> Iterator[Step]:
    intent, finalize = f"{folder}/intent", f"{folder}/finalize"
    kept = {"intent": "/body/intent_id", "url": "/body/upload/url", "fresh": "/body/file_id"}
    begin, end = f"POST {intent}", f"POST {finalize}"
    told = {"intent_id": "{intent}"}
    yield Ask(begin, "a new photo", intent, _photo("new.jpg", order), keeps=kept)
    yield Ask(begin, "the same again", intent, _photo("new.jpg", order), keeps=kept)
    yield Ask(begin, "no size", intent, _photo("x.jpg", order, size_bytes=0))
    yield Ask(begin, "someone else's order", intent, _photo("x.jpg", "{their_order}"))
    yield Ask(begin, "not JSON", intent, NOT_JSON)
    yield Ask(begin, "more than anybody reads", intent, TOO_LONG)
    yield Ask(begin, "not said to be JSON", intent, NOT_JSON, headers=AS_TEXT)
    yield Ask(end, "before the bytes", finalize, told)
    yield Put("url")
    yield Ask(end, "of the photo", finalize, told)
    yield Ask(end, "again", finalize, told)
    yield Ask(begin, "a name that is taken", intent, _photo("NEW.jpg", order))
    nobodys = {"intent_id": "int_nobody"}
    yield Ask(end, "of nobody's intent", finalize, nobodys, is_ours=False)
    yield Ask(end, "of none", finalize, {}, is_ours=False)
    yield Ask(end, "not JSON", finalize, NOT_JSON, is_ours=False)


UPDATE: Final = f"PATCH {FILE_ROUTE}"
DELETE: Final = f"DELETE {FILE_ROUTE}"
SUBMIT: Final = f"POST {ORDER_ROUTE}/submit-edits"
REVISE: Final = f"POST {FILE_ROUTE}/revision"
ONE: Final = "/api/files/{one}"
TWO: Final = "/api/files/{two}"
THEIRS: Final = "/api/files/{their_file}"
NO_SUCH: Final = f"/api/files/{NO_FILE}"
UPDATES: Final = (
    Ask(UPDATE, "a mark", ONE, {"marked": True}, keeps={"etag": "/headers/etag"}),
    Ask(UPDATE, "a name, if it is as known", ONE, {"name": "renamed.jpg"}, headers=KNOWN),
    Ask(UPDATE, "both", TWO, {"name": "second.jpg", "marked": True}),
    Ask(UPDATE, "a name that is taken", ONE, {"name": "SECOND.jpg"}),
    Ask(UPDATE, "a name that cannot be", ONE, {"name": "a/b.jpg"}),
    Ask(UPDATE, "nothing", ONE, {}),
    Ask(UPDATE, "what there is not", ONE, {"size_bytes": 1}),
    Ask(UPDATE, "not as it is known", ONE, {"marked": False}, headers=STALE),
    Ask(UPDATE, "not JSON", ONE, NOT_JSON),
    Ask(UPDATE, "not said to be JSON", ONE, NOT_JSON, headers=AS_TEXT),
    Ask(UPDATE, "someone else's", THEIRS, {"marked": True}),
    Ask(UPDATE, "no such file", NO_SUCH, {"marked": True}),
    Ask(f"GET {FILE_ROUTE}", "once it is changed", ONE),
)
EDITS: Final[tuple[Step, ...]] = (
    Ask(SUBMIT, "one file", f"{ORDER}/submit-edits", {"file_ids": ["{one}"]}),
    Edited("one"),
    Ask(SUBMIT, "all that are marked", f"{ORDER}/submit-edits", {}),
    Edited("two"),
    Ask(SUBMIT, "no such file", f"{ORDER}/submit-edits", {"file_ids": [NO_FILE]}),
    Ask(SUBMIT, "no files", f"{ORDER}/submit-edits", {"file_ids": []}),
    Ask(SUBMIT, "not JSON", f"{ORDER}/submit-edits", NOT_JSON),
    Ask(SUBMIT, "someone else's order", "/api/orders/{their_order}/submit-edits", {}),
    Ask(SUBMIT, "no such order", "/api/orders/{other}/submit-edits", {}),
    Ask(REVISE, "one more edit", f"{ONE}/revision"),
    Edited("one"),
    Ask(REVISE, "one more, with an empty body", f"{ONE}/revision", {}),
    Edited("one"),
    Ask(REVISE, "with what there is not", f"{ONE}/revision", {"why": "so"}),
    Ask(REVISE, "someone else's", f"{THEIRS}/revision"),
    Ask(REVISE, "no such file", f"{NO_SUCH}/revision"),
)
ENDS: Final = (
    Ask(f"GET {ORDER_ROUTE}/status", "after all that", f"{ORDER}/status"),
    Ask(f"GET {ORDER_ROUTE}/stacks", "after all that", f"{ORDER}/stacks"),
    Ask(DELETE, "not as it is known", ONE, headers=STALE),
    Ask(DELETE, "one", ONE),
    Ask(DELETE, "again", ONE),
    Ask(DELETE, "someone else's", THEIRS),
    Ask(DELETE, "no such file", NO_SUCH),
    Ask(f"GET {FILE_ROUTE}", "once it is deleted", ONE),
    Ask(f"GET {ORDER_ROUTE}/files", "what is left", f"{ORDER}/files"),
)
CHANGES: Final[tuple[Step, ...]] = (
    *_uploads("/api/uploads", "{order}"),
    *_uploads("/api/pixcapture/upload", "{fresh_order}"),
    *UPDATES,
    *EDITS,
    *ENDS,
)
