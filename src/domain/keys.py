"""Where a photo's bytes lie in R2: `user/{user}/orders/{order}/{kind}/{file}/…`.

Kinds are `raw`, `processed`, `preview` and `archive`. Everything lies under the file's id, which is
given once, and what an attempt makes under its fencing token: nothing is ever written over
another's, however late its writer.
"""

from typing import Final

KINDS: Final = ("raw", "processed", "preview", "archive")


def raw(owner_id: str, order_id: str, file_id: str, name: str) -> str:
    """With the file's id, so that a name may be given again without touching another's bytes."""
    return f"user/{owner_id}/orders/{order_id}/raw/{file_id}/{name}"


def processed(owner_id: str, order_id: str, file_id: str, token: int) -> str:
    return f"user/{owner_id}/orders/{order_id}/processed/{file_id}/{token}"


def preview(owner_id: str, order_id: str, file_id: str, token: int) -> str:
    return f"user/{owner_id}/orders/{order_id}/preview/{file_id}/{token}.jpg"


def archived(processed_key: str) -> str:
    """Where a processed photo goes when it is archived: the same place under another kind."""
    *root, kind, file_id, token = processed_key.split("/")
    assert kind == "processed"
    return "/".join((*root, "archive", file_id, token))


def copies_of(processed_key: str | None) -> tuple[str, ...]:
    """Its copy in the archive, which may have been made without anybody having heard of it."""
    is_processed = processed_key is not None and processed_key.split("/")[-3] == "processed"
    return (archived(processed_key),) if processed_key and is_processed else ()


def of_attempt(owner_id: str, order_id: str, file_id: str, token: int) -> tuple[str, ...]:
    """Everything the attempt with that token may have written."""
    address = (owner_id, order_id, file_id, token)
    return (processed(*address), preview(*address))


def prefixes_of(owner_id: str, order_id: str, file_id: str) -> tuple[str, ...]:
    """Where everything of one file lies: whatever was uploaded, whichever attempt made it."""
    root = f"user/{owner_id}/orders/{order_id}"
    return tuple(f"{root}/{kind}/{file_id}/" for kind in KINDS)
