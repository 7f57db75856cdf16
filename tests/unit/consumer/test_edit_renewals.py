"""An edit that takes longer than its lease: kept alive, or given up, and never held for ever.

asyncio's time is the test's clock: it goes on only while a maker makes it.
"""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import anyio.lowlevel
import pytest

from actors.client import FileClient
from domain.file import Preview
from domain.limits import EDIT_MS_MAX
from domain.messages.file import Grant, Renew
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewRequest
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom

pytestmark = pytest.mark.anyio

LEASE_MS = 60_000
STEP_MS = LEASE_MS // 3 + 1  # a timer is due when its time is over
TURNS = 50  # of the event loop: more than whatever is woken needs to come to rest


class SlowMaker(CopyPreviews):
    """Takes that many times as long as passes between two renewals, doing something at each."""

    def __init__(
        self,
        darkroom: Darkroom,
        clock: Clock,
        steps: int,
        at_step: Callable[[int], object] = lambda _: None,
    ) -> None:
        super().__init__(darkroom.objects)
        self.steps_done = 0
        self._clock, self._steps, self._at_step = clock, steps, at_step

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        for step in range(1, self._steps + 1):
            self._at_step(step)
            self._clock.advance_ms(STEP_MS)
            for _ in range(TURNS):
                await anyio.lowlevel.checkpoint()
            self.steps_done = step
        return await super().make(request, size)


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- it goes on while it is used
    return Darkroom(lease_ms=LEASE_MS, retry_backoff_ms=1_000)


async def submitted(darkroom: Darkroom) -> str:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    return path


async def seen(darkroom: Darkroom, path: str) -> dict[str, Any]:
    file: dict[str, Any] = (await darkroom.call("GET", path)).json
    return file


def lines(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    said = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in said if line["event"] == event]


async def test_an_edit_that_takes_three_leases_is_kept_alive(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await submitted(darkroom)

    await darkroom.work([SlowMaker(darkroom, clock, steps=9)])

    file = await seen(darkroom, path)
    assert (file["status"], file["job"]["attempt"]) == ("done", 1)


async def test_an_outage_at_a_renewal_is_survived_and_told_with_all_ids(
    darkroom: Darkroom, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await submitted(darkroom)

    def goes_down_for_a_while(step: int) -> None:
        darkroom.actors.files.is_down = step == 2

    await darkroom.work([SlowMaker(darkroom, clock, 5, goes_down_for_a_while)])

    file = await seen(darkroom, path)
    (said,) = lines(capsys, "lease.not_renewed")
    assert (file["status"], file["job"]["attempt"]) == ("done", 1)
    assert (said["file_id"], said["job_id"]) == (file["id"], file["job"]["id"])
    assert (said["attempt"], said["token"]) == (1, 1)


class FilesUnlockedMeanwhile(FileClient):
    """Of which an operator unlocks each one as soon as its worker renews."""

    def __init__(self, darkroom: Darkroom) -> None:
        super().__init__(darkroom.actors.files)
        self._darkroom = darkroom

    async def renew(self, file_id: str, message: Renew) -> Grant:
        await self._darkroom.operate("POST", f"/ops/files/{file_id}/force-unlock", "it hangs")
        return await super().renew(file_id, message)


async def test_an_edit_is_given_up_when_its_renewal_is_refused(
    darkroom: Darkroom, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await submitted(darkroom)
    files = FilesUnlockedMeanwhile(darkroom)
    darkroom.services = dataclasses.replace(darkroom.services, files=files)
    maker = SlowMaker(darkroom, clock, steps=9)

    await darkroom.work([maker])

    (said,) = lines(capsys, "job.not_answered")
    assert "lease_lost" in said["reason"]
    assert maker.steps_done < 2
    assert (await seen(darkroom, path))["job"]["error"]["code"] == "force_unlocked"


@pytest.mark.parametrize("lease_ms", [LEASE_MS, 7 * LEASE_MS, 60 * LEASE_MS])
async def test_an_edit_without_an_end_is_given_up_in_the_same_time_whatever_the_lease(
    clock: Clock, lease_ms: int, capsys: pytest.CaptureFixture[str]
) -> None:
    darkroom = Darkroom(lease_ms=lease_ms)
    path = await submitted(darkroom)
    maker = SlowMaker(darkroom, clock, steps=100)

    await darkroom.work([maker])

    (said,) = lines(capsys, "attempt.failed")
    file = await seen(darkroom, path)
    assert maker.steps_done == EDIT_MS_MAX // STEP_MS
    assert "does not come to an end" in said["reason"]
    assert (file["job"]["status"], file["job"]["error"]["code"]) == ("queued", "outage")
