"""Where a photo's bytes lie in R2: `user/{user}/orders/{order}/{raw|processed|preview}/…`."""


def raw(owner_id: str, order_id: str, name: str) -> str:
    return f"user/{owner_id}/orders/{order_id}/raw/{name}"


def processed(owner_id: str, order_id: str, file_id: str, token: int) -> str:
    """By id and not by name: a name may be given to another file later, the id may not.

    With the fencing token: a late worker writes beside the valid object, never over it.
    """
    return f"user/{owner_id}/orders/{order_id}/processed/{file_id}/{token}"


def preview(owner_id: str, order_id: str, file_id: str, token: int) -> str:
    return f"user/{owner_id}/orders/{order_id}/preview/{file_id}/{token}.jpg"


def derived_prefixes(owner_id: str, order_id: str, file_id: str) -> tuple[str, str]:
    """Where everything lies that was made from one file, whichever attempt made it."""
    root = f"user/{owner_id}/orders/{order_id}"
    return f"{root}/processed/{file_id}/", f"{root}/preview/{file_id}/"


def stored_name(raw_key: str) -> str:
    """The name under which a raw object lies, which a rename does not change."""
    return raw_key.rsplit("/", 1)[1]
