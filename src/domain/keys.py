"""Where a photo's bytes lie in R2: `user/{user}/orders/{order}/{raw|processed|preview}/{file}/…`.

Everything lies under the file's id, which is given once: nothing is ever written over another's.
"""


def raw(owner_id: str, order_id: str, file_id: str, name: str) -> str:
    """With the file's id, so that a name may be given again without touching another's bytes."""
    return f"user/{owner_id}/orders/{order_id}/raw/{file_id}/{name}"


def processed(owner_id: str, order_id: str, file_id: str, token: int) -> str:
    """With the fencing token: a late worker writes beside the valid object, never over it."""
    return f"user/{owner_id}/orders/{order_id}/processed/{file_id}/{token}"


def preview(owner_id: str, order_id: str, file_id: str, token: int) -> str:
    return f"user/{owner_id}/orders/{order_id}/preview/{file_id}/{token}.jpg"


def prefixes_of(owner_id: str, order_id: str, file_id: str) -> tuple[str, ...]:
    """Where everything of one file lies: whatever was uploaded, whichever attempt made it."""
    root = f"user/{owner_id}/orders/{order_id}"
    return tuple(f"{root}/{kind}/{file_id}/" for kind in ("raw", "processed", "preview"))
