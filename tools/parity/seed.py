"""What the origin knows before anything is compared: for each user an order, edited in part."""

import asyncio
import time
from typing import Final

import httpx

from tools.api_client import ApiClient, ProblemError
from tools.parity.photo import PHOTO
from tools.parity.sides import User, an_id
from tools.runtime.trouble import Trouble

NAMES: Final = ("beach.jpg", "IMG_1_AEB1.jpg", "IMG_1_AEB2.jpg")
EDIT_S_MAX: Final = 60
POLL_S: Final = 0.1


async def seeded(origin_url: str, user: User) -> dict[str, str]:
    """Names for the reads: the order, its file that was edited twice, one that waits."""
    async with ApiClient(origin_url, user.token) as api:
        try:
            return await _seeded(api)
        except (ProblemError, httpx.HTTPError) as error:
            what = "The origin did not take the orders that would be compared."
            raise Trouble(what, detail=str(error)) from None


async def scratch(origin_url: str, user: User) -> dict[str, str]:
    """Names for one side's changes: an order of its own that the origin knew first."""
    order_id = an_id("parity")
    async with ApiClient(origin_url, user.token) as api:
        one, two = [
            await api.upload(order_id, name, PHOTO, content_type="image/jpeg")
            for name in ("one.jpg", "two.jpg")
        ]
    names = {"order": order_id, "one": one["file_id"], "two": two["file_id"]}
    return {**names, "fresh_order": an_id("parity"), "other": an_id("nobodys")}


async def _seeded(api: ApiClient) -> dict[str, str]:
    order_id = an_id("parity")
    file_id, plain_id, marked_id = [
        (await api.upload(order_id, name, PHOTO, content_type="image/jpeg"))["file_id"]
        for name in NAMES
    ]
    await api.mark(marked_id)
    first_id = (await api.submit(order_id, file_id))["created"][0]["job_id"]
    first = {"first_job": first_id, "first_notification": await _notified(api, first_id)}
    job_id = (await api.revise(file_id))["job_id"]
    names = {"order": order_id, "file": file_id, "plain": plain_id, "job": job_id, **first}
    return {**names, "notification": await _notified(api, job_id), "other": an_id("nobodys")}


async def _notified(api: ApiClient, job_id: str) -> str:
    """The notification of the job's end."""
    give_up_at = time.monotonic() + EDIT_S_MAX
    while time.monotonic() < give_up_at:
        notes = (await api.notifications())["notifications"]
        found = [note["id"] for note in notes if note["job_id"] == job_id]
        if found:
            return found[0]
        await asyncio.sleep(POLL_S)
    raise Trouble(f"The origin's edit was not done after {EDIT_S_MAX} s.")
