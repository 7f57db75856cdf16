"""Writes that the origin serves, to files of ours, or of its own."""

from collections.abc import Awaitable, Callable

from tests.unit.darkroom import ORDER, Answer
from tests.unit.edge.legacy import Legacy, a_legacy_file, another_legacy_file

SUBMIT = f"{ORDER}/submit-edits"
Write = Callable[[Legacy, str], Awaitable[Answer]]


def rename(legacy: Legacy, path: str) -> Awaitable[Answer]:
    return legacy.call("PATCH", path, {"name": "new.jpg"})


def delete(legacy: Legacy, path: str) -> Awaitable[Answer]:
    return legacy.call("DELETE", path)


def revise(legacy: Legacy, path: str) -> Awaitable[Answer]:
    return legacy.call("POST", f"{path}/revision")


WRITES = [rename, delete, revise]


async def ours(name: str = "beach.jpg") -> tuple[Legacy, str]:
    """A file that was uploaded here; and from now on the origin serves everybody."""
    legacy = Legacy()
    legacy.lists()
    path = await legacy.uploaded(name)
    legacy.is_served_by(native=False)
    return legacy, path


async def locked() -> tuple[Legacy, str]:
    legacy = Legacy()
    legacy.lists()
    path = await legacy.uploaded()
    await legacy.call("PATCH", path, {"marked": True})
    await legacy.submit(path)
    await legacy.claim_only()
    legacy.is_served_by(native=False)
    return legacy, path


async def theirs() -> Legacy:
    """An order that is known here by the origin's word alone."""
    legacy = Legacy()
    legacy.lists(a_legacy_file(), another_legacy_file())
    await legacy.listed()
    legacy.is_served_by(native=False)
    return legacy


async def read_anew(legacy: Legacy) -> bool:
    """Whether the next who reads the order here asks the origin first."""
    legacy.is_served_by(native=True)
    before = len(legacy.asked())
    await legacy.listed()
    return len(legacy.asked()) > before
